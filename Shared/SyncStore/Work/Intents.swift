public import CanonicalModel
internal import Postgres

/// The requests to vendors, each committed before its first byte leaves.
///
/// While one is open or of unknown outcome, nothing newer of its record is sent there.
public enum Intents {
    /// Opens intents, in a transaction that has checked their lanes.
    ///
    /// - Parameter absentAfter: the longer of the request's ceiling and our time-out, plus the vendor's index lag.
    ///
    /// Demands that none of the records has one open there (`intentOpen`).
    public static func open(_ intents: [Intent], absentAfter: Duration) -> Statement<Void> {
        let intents = intents.sorted { $0.place < $1.place }
        return Statement(
            """
            with opened as (
                insert into intent (
                    id, connection, record, entity, native_type, native_id, key, ordinal, lane_epoch, request, sent_at,
                    absent_after)
                select given.*, clock_timestamp(), \(SQL.after(absentAfter))
                from unnest(
                    \(intents.map(\.id)), \(intents.map(\.place.connection)), \(intents.map(\.place.record)),
                    \(intents.map(\.place.entity)), \(intents.map(\.nativeType)), \(intents.map(\.nativeID)),
                    \(intents.map(\.key)), \(intents.map { Int32(clamping: $0.ordinal) }),
                    \(intents.map(\.laneEpoch)), \(intents.map(\.request))) as given
                on conflict (connection, record, entity) where state in ('open', 'unknown') do nothing
                returning 1
            )
            select demand(count(*) = \(intents.count), 'intent_open') from opened
            """)
    }

    /// Demands that the objects which requests are for are still the records' own (`linkMoved`).
    public static func demandLinks(of intents: [Intent]) -> Statement<Void> {
        Statement(
            """
            select demand(count(*) = \(intents.count), 'link_moved')
            from unnest(
                \(intents.map(\.place.connection)), \(intents.map(\.nativeType)), \(intents.map(\.nativeID)),
                \(intents.map(\.place.entity)), \(intents.map(\.place.record))
            ) as given(connection, native_type, native_id, entity, record)
            join link using (connection, native_type, native_id, entity, record)
            where link.state = 'active'
            """)
    }

    /// The open and unknown intents of records.
    public static func unsettled(_ places: some Collection<Place>) -> Statement<[Place: Intent]> {
        let places = places.sorted()
        return Statement(
            """
            select \(columns), exists (
                    select from dirty d where d.connection = i.connection and d.native_type = i.native_type
                        and d.native_id = i.native_id)
            from unnest(\(places.map(\.record)), \(places.map(\.connection)), \(places.map(\.entity)))
                as given(record, connection, entity)
            join intent i using (connection, record, entity) where i.state in ('open', 'unknown')
            """
        ) { result in
            try result.reduce(into: [:]) { intents, row in
                var intent = try Intent(row)
                intent.isToBeRead = try row[16, as: Bool.self]
                intents[intent.place] = intent
            }
        }
    }

    /// Notes that requests are sent once more, byte for byte, under a lane that is held now.
    public static func resend(
        _ ids: [CanonicalID], laneEpochs: [Int64], absentAfter: Duration
    ) -> Statement<Int> {
        .counting(
            """
            update intent as i set attempts = i.attempts + 1, state = 'open', lane_epoch = given.epoch,
                sent_at = clock_timestamp(), absent_after = \(SQL.after(absentAfter))
            from unnest(\(ids), \(laneEpochs)) as given(id, epoch)
            where i.id = given.id and i.state in ('open', 'unknown')
            """)
    }

    /// How an intent ends, or that nobody knows.
    public struct Outcome: Sendable, Hashable {
        /// The intent.
        public var id: CanonicalID
        /// How it stands now.
        public var state: Intent.State
        /// Why it was refused, or why nobody knows.
        public var fault: String?
        /// Of one that is unknown from now on: how long what it may have led to is not shown yet.
        ///
        /// Nil where its request may still be carried out: then as long as was reckoned with when it was opened.
        public var unseenFor: Duration?

        /// Whether the vendor did nothing, as far as anybody can know.
        public var wasNotMade: Bool { state == .refused || state == .notMade || state == .absent }

        /// Takes the parts.
        public init(id: CanonicalID, state: Intent.State, fault: String? = nil, unseenFor: Duration? = nil) {
            self.id = id
            self.state = state
            self.fault = fault
            self.unseenFor = unseenFor
        }
    }

    /// Settles intents, or says that their outcome is unknown, in the transaction of the outcome.
    ///
    /// A request may leave long after its intent was opened, behind others; so the time for it to show begins anew when it
    /// becomes unknown.
    ///
    /// - Returns: the ids of those that were open or unknown before.
    public static func settle(_ outcomes: [Outcome]) -> Statement<Set<CanonicalID>> {
        let outcomes = outcomes.sorted { $0.id < $1.id }
        return Statement(
            """
            update intent as i set state = given.state, fault = given.fault,
                settled_at = case when given.state not in ('open', 'unknown') then clock_timestamp() end,
                absent_after = case when i.state = 'open' and given.state = 'unknown'
                    then clock_timestamp() + coalesce(unseen_for * interval '1 microsecond', i.absent_after - i.sent_at)
                    else i.absent_after end
            from unnest(
                \(outcomes.map(\.id)), \(outcomes.map(\.state)), \(outcomes.map(\.fault)),
                \(outcomes.map { $0.unseenFor?.wholeMicroseconds })) as given(id, state, fault, unseen_for)
            where i.id = given.id and i.state in ('open', 'unknown')
            returning i.id
            """, read: MessageTable.ids)
    }

    /// The types of which a create is open or unknown at a connection: an object of such a type that nobody knows may be
    /// what we have just made.
    public static func creating(_ types: some Collection<String>, in connection: ConnectionID) -> Statement<Set<String>>
    {
        Statement(
            """
            select distinct native_type from intent
            where connection = \(connection) and native_type = any(\(types.sorted())) and native_id is null
                and state in ('open', 'unknown')
            """
        ) { result in Set(try result.map { try $0[0, as: String.self] }) }
    }

    /// The highest ordinal of a create that was refused for good; the next create has one more.
    ///
    /// Others have 1.
    public static func refusedOrdinals(_ places: some Collection<Place>) -> Statement<[Place: Int]> {
        let places = places.sorted()
        return Statement(
            """
            select i.record, i.connection, i.entity, max(i.ordinal)
            from unnest(\(places.map(\.record)), \(places.map(\.connection)), \(places.map(\.entity)))
                as given(record, connection, entity)
            join intent i using (connection, record, entity)
            where i.state = 'refused' and i.native_id is null
            group by i.record, i.connection, i.entity
            """
        ) { result in
            try result.reduce(into: [:]) { ordinals, row in
                let place = Place(
                    record: try row[0, as: CanonicalID.self], connection: try row[1, as: ConnectionID.self],
                    entity: try row[2, as: EntityKind.self])
                ordinals[place] = try row[3, as: Int.self]
            }
        }
    }

    /// Deletes intents that were settled long ago; refused ones stay, for their ordinals.
    public static func prune(olderThan age: Duration) -> Statement<Int> {
        .counting(
            """
            delete from intent
            where state in ('done', 'not_made', 'absent') and settled_at < clock_timestamp() - \(SQL.interval(age))
            """)
    }

    static let columns: SQL = """
        i.id, i.record, i.connection, i.entity, i.native_type, i.native_id, i.key, i.ordinal, i.lane_epoch, i.request,
        i.state, i.sent_at, i.absent_after, i.attempts, i.fault,
        i.state = 'unknown' and i.absent_after < clock_timestamp()
        """
}

extension Intent {
    init(_ row: PostgresRow) throws {
        self.init(
            id: try row[0, as: CanonicalID.self],
            place: Place(
                record: try row[1, as: CanonicalID.self], connection: try row[2, as: ConnectionID.self],
                entity: try row[3, as: EntityKind.self]),
            nativeType: try row[4, as: String.self], nativeID: try row[5, as: String?.self],
            key: try row[6, as: String.self], ordinal: try row[7, as: Int.self], laneEpoch: try row[8, as: Int64.self],
            request: try row[9, as: [UInt8].self])
        state = try row[10, as: State.self]
        sentAt = try row[11, as: Instant.self]
        absentAfter = try row[12, as: Instant.self]
        attempts = try row[13, as: Int.self]
        fault = try row[14, as: String?.self]
        mayBeAbsent = try row[15, as: Bool.self]
    }
}
