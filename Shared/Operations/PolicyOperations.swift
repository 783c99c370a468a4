internal import CanonicalModel
public import Postgres
internal import SyncCore
internal import SyncPolicy
internal import SyncStore

/// Installs, checks and shows policies.
public struct PolicyOperations: Sendable {
    private let pool: PostgresPool
    private let now: @Sendable () -> Instant

    /// Takes the database and the clock.
    public init(_ pool: PostgresPool, now: @escaping @Sendable () -> Int64) {
        self.pool = pool
        self.now = { Instant(microseconds: now()) }
    }

    /// Checks a document and makes it the active policy.
    ///
    /// - Parameters:
    ///   - onlyFirst: leaves everything as it is when there is an active policy already.
    /// - Returns: the new version; nil when there was one already.
    /// - Throws: `PolicyFaults` with every fault of the document.
    public func install(_ document: String, by name: String, reason: String, onlyFirst: Bool = false) async throws
        -> Int64?
    {
        _ = try SourceOfTruth(yaml: document, version: 1)
        let moment = now()
        return try await Policies.install(document, by: name, reason: reason, onlyFirst: onlyFirst, on: pool) {
            version in
            let body = JSONValue.object(["policy": .int(version), "reason": .string(reason)])
            return [
                AuditLog.insert([
                    AuditEntry(
                        id: IDSource.random.next(moment), at: moment,
                        note: AuditNote(.operated, actor: name, body: body.serialised()))
                ])
            ]
        }
    }

    /// In which form a policy is shown.
    public enum Form: Sendable {
        /// A table for people (R1.12).
        case table
        /// JSON.
        case json
        /// The file that was installed.
        case yaml
    }

    /// The active policy in a form; nil where none is installed.
    public func export(_ form: Form) async throws -> String? {
        guard let version = try await pool.run([Policies.current]).first ?? nil else { return nil }
        if form == .yaml { return version.document }
        let map = DataMap(try SourceOfTruth(yaml: version.document, version: version.number))
        return form == .json ? map.json.jsonText : map.markdown
    }

    /// Checks a document as a whole.
    ///
    /// - Returns: every fault with its line; nil for a policy that can be activated.
    public static func faults(of document: String) -> String? {
        do {
            _ = try SourceOfTruth(yaml: document, version: 1)
            return nil
        } catch {
            return "\(error)"
        }
    }
}
