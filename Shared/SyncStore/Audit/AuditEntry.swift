public import CanonicalModel
internal import Crypto
public import SyncCore

/// A row of the audit log.
public struct AuditEntry: Sendable, Hashable {
    /// The row's id.
    public var id: CanonicalID
    /// When it was recorded.
    public var at: Instant
    /// What was recorded.
    public var note: AuditNote
    /// Whether the details were erased; only their digest is left then.
    public var isErased = false

    /// Takes the parts.
    public init(id: CanonicalID, at: Instant, note: AuditNote) {
        self.id = id
        self.at = at
        self.note = note
    }

    /// The SHA-256 of what can be erased.
    ///
    /// The salt keeps anyone from guessing an erased name by trying names.
    static func digest(salt: [UInt8], actor: String?, body: [UInt8]) -> [UInt8] {
        var hash = SHA256()
        hash.update(data: salt)
        // A length before each part, so that no two entries have the same bytes.
        var actor = actor
        let length = UInt32(clamping: actor?.utf8.count ?? 0)
        hash.update(data: [actor == nil ? 0 : 1] + withUnsafeBytes(of: length.bigEndian, Array.init))
        actor?.withUTF8 { hash.update(bufferPointer: UnsafeRawBufferPointer($0)) }
        body.withUnsafeBytes { hash.update(bufferPointer: $0) }
        return Array(hash.finalize())
    }
}

/// Makes the salts of audit rows; injected, so that a test knows them.
public struct SaltSource: Sendable {
    private let make: @Sendable (Int) -> [UInt8]

    /// Takes the function that makes so many random bytes.
    public init(_ make: @escaping @Sendable (Int) -> [UInt8]) {
        self.make = make
    }

    /// Makes salts from the system's random numbers.
    public static let random = SaltSource { count in
        var bytes: [UInt8] = []
        bytes.reserveCapacity(count + 8)
        while bytes.count < count {
            withUnsafeBytes(of: UInt64.random(in: .min ... .max)) { bytes.append(contentsOf: $0) }
        }
        bytes.removeLast(bytes.count - count)
        return bytes
    }

    func bytes(_ count: Int) -> [UInt8] { make(count) }

    func salts(_ count: Int) -> [[UInt8]] {
        let bytes = make(count * 16)
        return (0..<count).map { Array(bytes[$0 * 16..<$0 * 16 + 16]) }
    }
}
