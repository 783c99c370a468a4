public import CanonicalModel
internal import Postgres

/// A process at work.
public struct Replica: Sendable, Hashable {
    /// Its id; no two processes share one.
    public var id: String
    /// The service that it is one of.
    public var service: String
    /// The machine that it runs on.
    public var host: String
    /// When it began.
    public var startedAt: Instant
    /// When it showed itself last.
    public var seenAt: Instant
    /// How often it does.
    public var pace: Duration
    /// The loops that it runs or stands by for.
    public var loops: Set<String>
    /// The connections that it serves.
    public var connections: Set<ConnectionID>
    /// When another one had taken its place, after it had died; nil for one that lives, or whose place is empty.
    public var replacedAt: Instant?
    /// The newest version of messages that it reads; nil for one of a release that did not tell.
    public var reads: SchemaVersion?

    /// Takes the parts.
    public init(
        id: String, service: String, host: String = "", startedAt: Instant, seenAt: Instant,
        pace: Duration = .seconds(5), loops: Set<String> = [], connections: Set<ConnectionID> = [],
        replacedAt: Instant? = nil, reads: SchemaVersion? = .current
    ) {
        self.id = id
        self.service = service
        self.host = host
        self.startedAt = startedAt
        self.seenAt = seenAt
        self.pace = pace
        self.loops = loops
        self.connections = connections
        self.replacedAt = replacedAt
        self.reads = reads
    }

    /// Whether it has shown itself lately; one that misses three times does not.
    public func isAlive(at now: Instant) -> Bool {
        replacedAt == nil && now.microseconds - seenAt.microseconds <= 3 * pace.wholeMicroseconds
    }
}

/// The processes at work.
public enum Replicas {
    /// All that live, that have died and have not been replaced, or were replaced within the last hour.
    public static var all: Statement<[Replica]> {
        Statement(
            """
            select id, service, host, started_at, seen_at, pace, loops, connections, replaced_at, reads_schema
            from replica
            order by service, started_at, id
            """
        ) { result in
            try result.map { row in
                Replica(
                    id: try row[0, as: String.self], service: try row[1, as: String.self],
                    host: try row[2, as: String.self], startedAt: try row[3, as: Instant.self],
                    seenAt: try row[4, as: Instant.self], pace: .microseconds(try row[5, as: Int64.self]),
                    loops: Set(try row[6, as: [String].self]), connections: Set(try row[7, as: [ConnectionID].self]),
                    replacedAt: try row[8, as: Instant?.self],
                    reads: try row[9, as: Int?.self].map { SchemaVersion($0) })
            }
        }
    }

    /// Shows that a process is there, and which messages it reads.
    public static func beat(
        _ id: String, service: String, host: String, pace: Duration, loops: [String], connections: [String],
        reading schema: SchemaVersion = .current
    ) -> Statement<Void> {
        Statement(
            """
            insert into replica (id, service, host, pace, loops, connections, reads_schema)
            values (\(id), \(service), \(host), \(pace.wholeMicroseconds), \(loops), \(connections), \(schema.number))
            on conflict (id) do update set seen_at = clock_timestamp(), loops = excluded.loops,
                connections = excluded.connections, replaced_at = null, reads_schema = excluded.reads_schema
            """)
    }

    /// Removes a process that ends as it was told to, with what is its own.
    public static func leave(_ id: String) -> Statement<Void> {
        Statement(
            """
            with gone as (delete from replica where id = \(id) returning id)
            delete from loop_progress l using gone where l.name like '%@' || gone.id
            """)
    }

    /// Notes that the places of dead processes were taken, and forgets those of which that is an hour ago.
    public static func replaced(_ ids: [String]) -> Statement<Void> {
        Statement(
            """
            with noted as (
                update replica set replaced_at = clock_timestamp() where id = any(\(ids)) and replaced_at is null
            ), gone as (
                delete from replica where replaced_at < clock_timestamp() - interval '1 hour' returning id
            )
            delete from loop_progress l using gone where l.name like '%@' || gone.id
            """)
    }
}
