public import CanonicalModel
internal import Crypto
internal import Postgres

/// The policy's versions, of which one is active.
public enum Policies {
    /// A version of the policy.
    public struct Version: Sendable, Hashable {
        /// Counts the versions, from 1.
        public var number: Int64
        /// The file's text.
        public var document: String
        /// The SHA-256 of the file's bytes.
        public var hash: [UInt8]
        /// Whether decisions are made by it.
        public var isActive: Bool
        /// When it was installed.
        public var installedAt: Instant
        /// By whom.
        public var installedBy: String
        /// Why.
        public var reason: String
    }

    static let lock = AdvisoryLock.named("policy")

    /// Holds the active version to the end of the transaction: until then, no other can become active.
    ///
    /// Run it before `active`, in a statement of its own, in each transaction that decides.
    public static var hold: Statement<Void> { AdvisoryLock.share(lock) }

    /// The number of the active version; nil before the first was installed.
    public static var active: Statement<Int64?> {
        Statement("select version from policy where active") { try $0.first?[0, as: Int64.self] }
    }

    /// The active version with its text.
    public static var current: Statement<Version?> {
        Statement("select \(columns) from policy where active") { try $0.first.map(Version.init) }
    }

    /// One version with its text.
    public static func version(_ number: Int64) -> Statement<Version?> {
        Statement("select \(columns) from policy where version = \(number)") { try $0.first.map(Version.init) }
    }

    /// Every version, newest first.
    public static var history: Statement<[Version]> {
        Statement("select \(columns) from policy order by version desc") { try $0.map(Version.init) }
    }

    static var clear: Statement<Void> { Statement("update policy set active = false where active") }

    static func insert(_ document: String, by name: String, reason: String) -> Statement<Int64> {
        Statement(
            """
            insert into policy (version, document, hash, active, installed_by, reason)
            select coalesce(max(version), 0) + 1, \(document), \(hash(of: document)), true, \(name), \(reason)
            from policy
            returning version
            """
        ) { try $0[0][0, as: Int64.self] }
    }

    /// The SHA-256 of a document, as rows hold it.
    public static func hash(of document: String) -> [UInt8] {
        Array(SHA256.hash(data: Array(document.utf8)))
    }

    private static let columns: SQL = "version, document, hash, active, installed_at, installed_by, reason"
}

extension Policies.Version {
    fileprivate init(_ row: PostgresRow) throws {
        number = try row[0, as: Int64.self]
        document = try row[1, as: String.self]
        hash = try row[2, as: [UInt8].self]
        isActive = try row[3, as: Bool.self]
        installedAt = try row[4, as: Instant.self]
        installedBy = try row[5, as: String.self]
        reason = try row[6, as: String.self]
    }
}
