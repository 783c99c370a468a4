public import Postgres
internal import SyncStore

/// Tells how Plumbline is.
public struct StatusOperations: Sendable {
    private let pool: PostgresPool

    /// Takes the database.
    public init(_ pool: PostgresPool) {
        self.pool = pool
    }

    /// Reads everything that the report shows.
    ///
    /// - Throws: `OperationFailure` on a database whose tables do not serve this build.
    public func report() async throws -> StatusReport {
        let schema = try await SchemaOperations(pool).version()
        if let fault = schema.fault { throw OperationFailure(fault) }
        return StatusReport(
            alerts: try await AlertOperations(pool).report(), recovery: try await RecoveryOperations(pool).report(),
            upgrade: try await UpgradeOperations(pool).report(),
            figures: try await Figures.read(on: pool),
            connections: try await ConnectionOperations(pool).list(),
            schema: schema)
    }
}
