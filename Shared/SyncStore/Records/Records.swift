public import CanonicalModel
internal import Postgres
public import SyncCore

/// The records' rows.
///
/// Whoever changes records locks all that a transaction touches by one `lock`, which takes them in the order of ids.
public enum Records {
    /// What a lock or a look found.
    public struct Found: Sendable {
        /// The records, in the order of ids.
        public var records: [RecordState] = []
        /// Records that were merged, and into which; lock those too, they are not among `records`.
        public var redirects: [CanonicalID: CanonicalID] = [:]
    }

    /// Locks and reads records, in the order of ids.
    public static func lock(_ ids: some Collection<CanonicalID>) -> Statement<Found> {
        Statement(
            """
            select id, entity, version, merged_into, body from record
            where id = any(\(ids.sorted())) order by id for no key update
            """, read: found)
    }

    /// Reads records without locking them.
    public static func read(_ ids: some Collection<CanonicalID>) -> Statement<Found> {
        Statement(
            """
            select id, entity, version, merged_into, body from record where id = any(\(ids.sorted())) order by id
            """, read: found)
    }

    /// Writes records that are new.
    ///
    /// - Throws: when it runs, a violation of `record_pkey` if one of them is there already.
    public static func insert(_ records: [RecordState]) throws(CodingFault) -> Statement<Void> {
        let records = records.sorted { $0.id < $1.id }
        return Statement(
            """
            insert into record (id, version, entity, body)
            select * from unnest(
                \(records.map(\.id)), \(records.map(\.version)), \(records.map(\.entity)), \(try bodies(records)))
            """)
    }

    /// Saves records that the transaction has locked.
    ///
    /// Demands that each is there and has a lower version than the one that is saved (`staleRecord`).
    public static func save(_ records: [RecordState]) throws(CodingFault) -> Statement<Void> {
        let records = records.sorted { $0.id < $1.id }
        return Statement(
            """
            with saved as (
                update record as r set version = given.version, updated_at = now(), body = given.body
                from unnest(\(records.map(\.id)), \(records.map(\.version)), \(try bodies(records)))
                    as given(id, version, body)
                where r.id = given.id and r.version < given.version and r.merged_into is null
                returning 1
            )
            select demand(count(*) = \(records.count), 'stale_record') from saved
            """)
    }

    private static func bodies(_ records: [RecordState]) throws(CodingFault) -> [[UInt8]] {
        var bodies: [[UInt8]] = []
        bodies.reserveCapacity(records.count)
        for record in records { bodies.append(try RecordCoding.encode(record)) }
        return bodies
    }

    private static func found(_ result: PostgresResult) throws -> Found {
        var found = Found()
        found.records.reserveCapacity(result.count)
        for row in result {
            let id = try row[0, as: CanonicalID.self]
            if let target = try row[3, as: CanonicalID?.self] {
                found.redirects[id] = target
                continue
            }
            let entity = try row[1, as: EntityKind.self]
            let version = try row[2, as: Int64.self]
            do {
                found.records.append(
                    try row.withBytes(4) { bytes in
                        try RecordCoding.decode(
                            (bytes ?? UnsafeRawBufferPointer(start: nil, count: 0)).bindMemory(to: UInt8.self), id: id,
                            entity: entity, version: version)
                    })
            } catch let error as JSONError {
                throw StoreError(.unreadable, "the record \(id) (\(entity.rawValue)) cannot be read: \(error)")
            }
        }
        return found
    }
}
