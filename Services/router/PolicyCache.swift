import CanonicalModel
import Postgres
import SyncCore
import SyncPolicy
import SyncStore

/// Keeps the compiled policy and the connections between decisions; both are checked against the database each time.
actor PolicyCache {
    private var policy: SourceOfTruth?
    private var connections: [ConnectionCapabilities] = []
    private var declaredAt: Instant?

    /// The policy of the version that the transaction holds, and the connections as they are declared.
    ///
    /// - Parameter latest: when a connection was declared last, as the transaction sees it.
    func current(
        _ version: Int64?, connectionsAt latest: Instant?, in transaction: PostgresTransaction
    ) async throws -> (SourceOfTruth, [ConnectionCapabilities]) {
        guard let version else { throw RouterError.noPolicy }
        if latest != declaredAt || connections.isEmpty {
            connections = try await transaction.run(Connections.all).map(\.capabilities)
            declaredAt = latest
        }
        if let policy, policy.version == version { return (policy, connections) }
        guard let row = try await transaction.run([Policies.version(version)]).first ?? nil else {
            throw RouterError.noPolicy
        }
        let compiled = try SourceOfTruth(yaml: row.document, version: version)
        policy = compiled
        return (compiled, connections)
    }
}
