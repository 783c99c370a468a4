public import CanonicalModel
internal import Postgres
public import SyncCore

/// Objects that a request of ours has made after we had gone on without it.
///
/// A process that slept past its lease wakes up and sends what it had ready, or a vendor carries out a request long after
/// its ceiling: by then a look-up has found nothing and another object was made. Such an object is never taken for a
/// record; its connector neutralises it, as far as its system lets it.
public enum LateObjects {
    /// An object that is to be neutralised.
    public struct Entry: Sendable, Hashable {
        /// The object, as what it was made for.
        public var key: LinkKey
        /// The record that it was made for, and that another object stands for.
        public var record: CanonicalID
        /// The correlation of the hint that showed it.
        public var correlation: CanonicalID
        /// How often neutralising it has failed.
        public var attempts: Int

        /// Takes the parts.
        public init(_ key: LinkKey, record: CanonicalID, correlation: CanonicalID, attempts: Int = 0) {
            self.key = key
            self.record = record
            self.correlation = correlation
            self.attempts = attempts
        }
    }

    /// What came of neutralising.
    public enum Outcome: Sendable, Hashable {
        /// The object does no harm any more.
        case neutralised
        /// It is tried again after a time.
        case retry(after: Duration, failure: String)
        /// A person has to do it.
        case givenUp(failure: String)
    }

    /// Notes objects; one that is known stays as it is.
    public static func insert(_ entries: [Entry]) -> Statement<Void> {
        let entries = entries.sorted { $0.key < $1.key }
        return Statement(
            """
            insert into late_object (
                connection, native_type, native_id, entity, record, correlation, found_at, due_at)
            select given.*, clock_timestamp(), clock_timestamp()
            from unnest(
                \(entries.map(\.key.connection)), \(entries.map(\.key.native.type)), \(entries.map(\.key.native.id)),
                \(entries.map(\.key.entity)), \(entries.map(\.record)), \(entries.map(\.correlation))) as given
            on conflict do nothing
            """)
    }

    /// Which of the objects are known as late.
    public static func known(_ natives: some Collection<NativeReference>, in connection: ConnectionID)
        -> Statement<Set<NativeReference>>
    {
        let natives = natives.sorted()
        return Statement(
            """
            select native_type, native_id
            from unnest(\(natives.map(\.type)), \(natives.map(\.id))) as given(native_type, native_id)
            join late_object o using (native_type, native_id)
            where o.connection = \(connection)
            """
        ) { result in
            Set(
                try result.map { row in
                    NativeReference(type: try row[0, as: String.self], id: try row[1, as: String.self])
                })
        }
    }

    /// Objects of a connection that are due to be neutralised, oldest first; asked for under a lease.
    public static func due(in connection: ConnectionID, limit: Int) -> Statement<[Entry]> {
        Statement(
            """
            select native_type, native_id, entity, record, correlation, attempts from late_object
            where connection = \(connection) and state = 'open' and due_at <= clock_timestamp()
            order by due_at limit \(limit)
            """
        ) { result in
            try result.map { row in
                let native = NativeReference(type: try row[0, as: String.self], id: try row[1, as: String.self])
                return Entry(
                    LinkKey(connection: connection, native: native, entity: try row[2, as: EntityKind.self]),
                    record: try row[3, as: CanonicalID.self], correlation: try row[4, as: CanonicalID.self],
                    attempts: try row[5, as: Int.self])
            }
        }
    }

    /// Writes what came of neutralising an object.
    public static func settle(_ entry: Entry, _ outcome: Outcome) -> Statement<Void> {
        let (state, delay, failure): (String, Duration, String?) =
            switch outcome {
            case .neutralised: ("neutralised", .zero, nil)
            case .retry(let delay, let failure): ("open", delay, failure)
            case .givenUp(let failure): ("given_up", .zero, failure)
            }
        return Statement(
            """
            update late_object set
                state = \(state), attempts = attempts + 1, due_at = \(SQL.after(delay)), failure = \(failure?.storable as String?),
                settled_at = case when \(state) <> 'open' then clock_timestamp() end
            where connection = \(entry.key.connection) and native_type = \(entry.key.native.type)
                and native_id = \(entry.key.native.id) and state = 'open'
            """)
    }
}
