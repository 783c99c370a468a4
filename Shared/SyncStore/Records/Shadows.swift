public import CanonicalModel
internal import Postgres
public import SyncCore

/// What each system last showed of each object, per entity.
public enum Shadows {
    /// A shadow with what it is of.
    public struct Entry: Sendable, Hashable {
        /// The object, seen as an entity.
        public var key: LinkKey
        /// What it showed.
        public var shadow: Shadow

        /// Takes the parts.
        public init(_ key: LinkKey, _ shadow: Shadow) {
            self.key = key
            self.shadow = shadow
        }
    }

    private static let columns: SQL = """
        s.connection, s.native_type, s.native_id, s.entity, s.version_token, s.read_at, s.body
        """

    /// The shadows of objects.
    public static func find(_ keys: some Collection<LinkKey>) -> Statement<[LinkKey: Shadow]> {
        let keys = keys.sorted()
        return Statement(
            """
            select \(columns)
            from unnest(
                \(keys.map(\.connection)), \(keys.map(\.native.type)), \(keys.map(\.native.id)), \(keys.map(\.entity))
            ) as given(connection, native_type, native_id, entity)
            join shadow s using (connection, native_type, native_id, entity)
            """, read: shadows)
    }

    /// The shadows of objects for every entity that they have stood for.
    public static func find(
        _ natives: some Collection<NativeReference>, in connection: ConnectionID
    ) -> Statement<[LinkKey: Shadow]> {
        let natives = natives.sorted()
        return Statement(
            """
            select \(columns)
            from unnest(\(natives.map(\.type)), \(natives.map(\.id))) as given(native_type, native_id)
            join shadow s using (native_type, native_id)
            where s.connection = \(connection)
            """, read: shadows)
    }

    /// Writes shadows; one whose row was read later than this stays as it is.
    ///
    /// - Returns: the objects whose shadow was written. Each other one has been read or written since: read it again.
    public static func save(_ entries: [Entry]) throws(CodingFault) -> Statement<Set<LinkKey>> {
        Statement(
            """
            \(try write(entries)) returning s.connection, s.native_type, s.native_id, s.entity
            """
        ) { result in Set(try result.map { try LinkKey($0) }) }
    }

    /// Writes shadows, or demands that none of them was read or written since (`shadowOvertaken`).
    public static func saveAll(_ entries: [Entry]) throws(CodingFault) -> Statement<Void> {
        Statement(
            """
            with saved as (\(try write(entries)) returning 1)
            select demand(count(*) = \(entries.count), 'shadow_overtaken') from saved
            """)
    }

    private static func write(_ entries: [Entry]) throws(CodingFault) -> SQL {
        let entries = entries.sorted { $0.key < $1.key }
        var bodies: [[UInt8]] = []
        bodies.reserveCapacity(entries.count)
        for entry in entries { bodies.append(try ShadowCoding.encode(entry.shadow, of: entry.key.entity)) }
        return """
            insert into shadow as s (
                connection, native_type, native_id, entity, version_token, read_at, modified_at, modified_seen_at, body)
            select * from unnest(
                \(entries.map(\.key.connection)), \(entries.map(\.key.native.type)), \(entries.map(\.key.native.id)),
                \(entries.map(\.key.entity)), \(entries.map(\.shadow.versionToken)),
                \(entries.map(\.shadow.readAt)), \(entries.map(\.shadow.modification?.at)),
                \(entries.map(\.shadow.modification?.seenAt)), \(bodies))
            on conflict (connection, native_type, native_id, entity) do update set
                version_token = excluded.version_token, read_at = excluded.read_at, body = excluded.body,
                modified_at = excluded.modified_at,
                modified_seen_at = case when s.modified_at = excluded.modified_at then s.modified_seen_at
                    else excluded.modified_seen_at end
                where s.read_at <= excluded.read_at
            """
    }

    /// Forgets shadows, so that the next read tells everything anew.
    public static func remove(_ keys: some Collection<LinkKey>) -> Statement<Int> {
        let keys = keys.sorted()
        return .counting(
            """
            delete from shadow as s using unnest(
                \(keys.map(\.connection)), \(keys.map(\.native.type)), \(keys.map(\.native.id)), \(keys.map(\.entity))
            ) as given(connection, native_type, native_id, entity)
            where s.connection = given.connection and s.native_type = given.native_type
                and s.native_id = given.native_id and s.entity = given.entity
            """)
    }

    private static func shadows(_ result: PostgresResult) throws -> [LinkKey: Shadow] {
        var shadows: [LinkKey: Shadow] = [:]
        shadows.reserveCapacity(result.count)
        for row in result {
            let key = try LinkKey(row)
            let token = try row[4, as: String?.self]
            let readAt = try row[5, as: Instant.self]
            do {
                shadows[key] = try row.withBytes(6) { bytes in
                    try ShadowCoding.decode(
                        (bytes ?? UnsafeRawBufferPointer(start: nil, count: 0)).bindMemory(to: UInt8.self),
                        of: key.entity, versionToken: token, readAt: readAt)
                }
            } catch let error as JSONError {
                throw StoreError(
                    .unreadable, "the shadow of \(key.native) in \(key.connection) cannot be read: \(error)")
            }
        }
        return shadows
    }
}

extension LinkKey {
    /// Reads the first four columns: connection, native type, native id, entity.
    init(_ row: PostgresRow) throws {
        self.init(
            connection: try row[0, as: ConnectionID.self],
            native: NativeReference(type: try row[1, as: String.self], id: try row[2, as: String.self]),
            entity: try row[3, as: EntityKind.self])
    }
}
