internal import CanonicalModel
internal import Glibc

/// Copies of seals in a file outside of the database's folder: one line of JSON each, only ever appended.
///
/// Whoever can rewrite the database must rewrite this file too; keep it where they cannot, or ship it elsewhere.
public struct AnchorFile: Sendable {
    private let path: String

    /// Names the file; it is made with the first anchor.
    public init(path: String) {
        self.path = path
    }

    /// Appends a seal and waits until it is on the disk.
    public func append(_ seal: Seal) throws(StoreError) {
        let line: JSONObject = [
            "position": .int(seal.position), "entries": .int(seal.entries),
            "head": .string(Hexadecimal.text(seal.head)), "sealed_at": .string(seal.sealedAt.description),
            "key": .string(seal.keyID), "signature": .string(Hexadecimal.text(seal.signature)),
        ]
        let bytes = JSONValue.object(line).serialised() + [UInt8(ascii: "\n")]
        let descriptor = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o640)
        guard descriptor >= 0 else { throw fault("opened") }
        defer { close(descriptor) }
        // One write of few bytes with O_APPEND: two processes never mix their lines.
        guard write(descriptor, bytes, bytes.count) == bytes.count, fsync(descriptor) == 0 else {
            throw fault("written")
        }
    }

    /// The anchors, oldest first; none where the file is not there.
    ///
    /// A last line that was cut off by a crash is left out.
    public func read() throws(StoreError) -> [Seal] {
        guard let file = fopen(path, "rb") else {
            if errno == ENOENT { return [] }
            throw fault("read")
        }
        defer { fclose(file) }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = fread(&chunk, 1, chunk.count, file)
            if count == 0 { break }
            bytes += chunk[..<count]
        }
        guard ferror(file) == 0 else { throw fault("read") }
        let isCut = bytes.last.map { $0 != UInt8(ascii: "\n") } ?? false
        var lines = bytes.split(separator: UInt8(ascii: "\n"))
        if isCut { lines.removeLast() }
        var seals: [Seal] = []
        for (number, line) in lines.enumerated() { seals.append(try seal(Array(line), line: number + 1)) }
        return seals
    }

    private func seal(_ line: [UInt8], line number: Int) throws(StoreError) -> Seal {
        guard let value = try? JSONValue(parsing: line), let position = value["position"].int,
            let entries = value["entries"].int.flatMap({ Int(exactly: $0) }),
            let head = value["head"].string.flatMap({ Hexadecimal.bytes($0) }),
            let signature = value["signature"].string.flatMap({ Hexadecimal.bytes($0) }),
            let key = value["key"].string, let sealedAt = value["sealed_at"].string.flatMap({ Instant($0) })
        else { throw StoreError(.unreadable, "line \(number) of the anchor file \(path) is no anchor") }
        return Seal(
            position: position, entries: entries, head: head, signature: signature, keyID: key, sealedAt: sealedAt)
    }

    private func fault(_ what: String) -> StoreError {
        StoreError(
            .configuration, "the anchor file \(path) cannot be \(what): \(String(cString: strerror(errno)))")
    }
}
