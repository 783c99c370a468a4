public import CanonicalModel
internal import SyncCore
internal import SyncStore

/// How far the recovery of a restored database is.
public struct RecoveryReport: Sendable {
    let recovery: Recovery
    let left: Int
    let readings: [Recovery.Reading]

    /// Whether nothing is written to any system.
    public var isHeld: Bool { recovery.isHeld }

    /// In a line.
    public var line: String {
        "the database was restored to \(Wording.second(recovery.restoredTo)), and "
            + (isHeld
                ? "nothing is written to any system: \(phase)"
                : "everything was read again by \(recovery.releasedAt.map(Wording.second) ?? "now"); writing goes on")
    }

    /// For people.
    public var text: String {
        var table = TextTable(
            ("CONNECTION", .leading), ("STREAMS LEFT", .leading), ("OBJECTS MARKED", .trailing), ("TO READ", .trailing))
        for reading in readings {
            table.add(
                reading.connection.name, Self.streams(reading), "\(reading.marked)\(reading.isMarked ? "" : " …")",
                reading.unread == Recoveries.most ? "\(reading.unread) or more" : "\(reading.unread)")
        }
        let begun = "begun \(Wording.second(recovery.begunAt)) by \(recovery.begunBy): \(recovery.reason)"
        return "\(line)\n\(begun)\n\(table.text(indent: "  "))"
    }

    /// What is waited for, in words.
    private var phase: String {
        let count = left == Recoveries.most ? "\(left) or more" : "\(left)"
        return switch recovery.phase {
        case .asking: "changes are asked for and linked objects marked, at \(count) connections still"
        case .reading: "\(count) objects are to be read"
        case .routing: "\(count) messages are to be routed"
        case .confirming: "\(count) objects of proposals are to be read once more"
        case .deciding: "\(count) messages are to be decided on"
        case .delivering: "\(count) messages are to be taken in"
        case .released: "nothing is left"
        }
    }

    private static func streams(_ reading: Recovery.Reading) -> String {
        guard let left = reading.left else { return "its adapter has not told" }
        return left.isEmpty ? "-" : left.joined(separator: ", ")
    }

    /// For programs.
    public var json: JSONValue {
        [
            "id": .string(recovery.id.description), "restored_to": .moment(recovery.restoredTo),
            "begun_at": .moment(recovery.begunAt), "begun_by": .string(recovery.begunBy),
            "reason": .string(recovery.reason), "phase": .string(recovery.phase.rawValue), "held": .bool(isHeld),
            "left": .int(left), "released_at": .moment(recovery.releasedAt),
            "connections": .array(
                readings.map { reading in
                    [
                        "id": .string(reading.connection.name),
                        "streams_left": reading.left.map { .array($0.map(JSONValue.string)) } ?? .null,
                        "objects_marked": .int(reading.marked), "all_marked": .bool(reading.isMarked),
                        "to_read": .int(reading.unread),
                    ]
                }),
        ]
    }
}
