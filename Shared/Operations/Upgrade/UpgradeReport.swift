public import CanonicalModel
internal import SyncStore

/// How far an upgrade without a stop is: which version of messages is written, and who reads no newer one.
public struct UpgradeReport: Sendable {
    /// The version that everybody writes.
    public let written: Int
    /// The version that this program's release could write.
    public let newest: Int
    let behind: [Replica]
    let now: Instant

    /// Whether a newer version could be written.
    public var isOpen: Bool { written < newest }
    /// Why this program's release does not fit what is written; nil where it does.
    var fault: UnreadableMessages? { UnreadableMessages(written: written, reads: SchemaVersion(newest)) }
    /// Whether processes have been seen that do not read the newest version, and have not ended as they were told to.
    public var hasOlder: Bool { !behind.isEmpty }

    /// In a line.
    public var line: String {
        if let fault { return "\(fault)" }
        guard isOpen else { return "messages are written in version \(written), the newest of this release" }
        let what = "messages are written in version \(written), and this release could write version \(newest)"
        return hasOlder
            ? "\(what); processes of an older release are at work: plumbline upgrade show"
            : "\(what): plumbline upgrade finish"
    }

    /// For people.
    public var text: String {
        guard isOpen, hasOlder else { return line }
        var table = TextTable(
            ("SERVICE", .leading), ("PROCESS", .leading), ("HOST", .leading), ("READS", .leading), ("SEEN", .leading))
        for replica in behind {
            let seen = Wording.age(replica.seenAt, at: now) + " ago"
            table.add(
                replica.service, replica.id, replica.host, replica.reads.map { "\($0.number)" } ?? "not told",
                replica.isAlive(at: now) ? seen : "\(seen): it has died, or hangs")
        }
        return """
            messages are written in version \(written), and this release could write version \(newest)
            These do not read it; replace them by this release, and stop what is left with SIGTERM:
            \(table.text(indent: "  "))
            """
    }

    /// For programs.
    public var json: JSONValue {
        [
            "written": .int(written), "newest": .int(newest), "open": .bool(isOpen),
            "older": .array(
                behind.map { replica in
                    [
                        "id": .string(replica.id), "service": .string(replica.service), "host": .string(replica.host),
                        "reads": replica.reads.map { .int($0.number) } ?? .null, "seen_at": .moment(replica.seenAt),
                        "alive": .bool(replica.isAlive(at: now)),
                    ]
                }),
        ]
    }
}
