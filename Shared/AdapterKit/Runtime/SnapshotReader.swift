import CanonicalModel
import ConnectorKit
import Logging
import Postgres
import SyncCore
import SyncStore

/// Reads all objects of an entity into the snapshot tables, for the runs that were asked for.
///
/// Memory is bounded by the vendor's page. A run that broke off begins anew.
struct SnapshotReader: Sendable {
    let connector: any Connector
    let session: any VendorSession
    let pool: PostgresPool
    let logger: Logger

    /// Takes up each open run of the connection.
    func round() async throws {
        for run in try await pool.run(Snapshots.open(of: session.declaration.id)) {
            do {
                try await read(run)
            } catch let error as ConnectorFault {
                let fault = session.redacted(error)
                logger.warning(
                    "A snapshot was given up",
                    metadata: [
                        "entity": "\(run.entity.rawValue)", "error.code": "\(fault.code)",
                        "error": "\(fault.message)", "fix": "\(fault.fix)",
                    ])
                try await pool.run(Snapshots.fail(run.id, fault.message))
            }
        }
    }

    private func read(_ run: Snapshots.Run) async throws {
        guard let capability = connector.descriptor.capability(for: run.entity) else {
            try await pool.run(Snapshots.fail(run.id, "the connection has no \(run.entity.rawValue)"))
            return
        }
        try await pool.run(Snapshots.begin(run.id))
        var cursor: String?
        repeat {
            let readAt = session.now
            let page = try await CallPriority.$current.withValue(.background) {
                try await connector.page(of: capability.nativeType, after: cursor, session: session)
            }
            let entries = try await entries(of: page.objects, run: run, readAt: readAt)
            if !entries.isEmpty {
                try await pool.withTransaction { transaction in
                    try await transaction.copyIn(
                        table: Snapshots.table, columns: Snapshots.columns, rows: Snapshots.rows(entries, of: run.id))
                }
            }
            cursor = page.next
        } while cursor != nil
        try await pool.run(Snapshots.complete(run.id))
    }

    private func entries(
        of objects: [NativeObject], run: Snapshots.Run, readAt: Instant
    ) async throws -> [Snapshots.Entry] {
        var shadows: [LinkKey: Shadow] = [:]
        for object in objects {
            for observation in try connector.observe(object) where observation.entity == run.entity {
                let key = LinkKey(connection: run.connection, native: observation.native, entity: run.entity)
                shadows[key] = IngestStep.compare(observation, with: nil, readAt: readAt).shadow
            }
        }
        guard !shadows.isEmpty else { return [] }
        let links = try await pool.run(IdentityMap.find(shadows.keys))
        return try shadows.sorted { $0.key < $1.key }.map { key, shadow in
            try Snapshots.Entry(shadow, of: key.native, as: run.entity, record: links[key]?.record)
        }
    }
}
