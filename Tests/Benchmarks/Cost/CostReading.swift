import Foundation
import Postgres
import SystemSupport

/// What a system has used up so far.
struct CostReading {
    /// Seconds of processor time, by program.
    private var processors: [String: Double] = [:]
    /// Bytes on the database's disk, by table, with its indexes.
    private var tables: [String: Double] = [:]
    /// Bytes of the database's log.
    private var log = 0.0
    private var messages = 0.0
    private var messageBytes = 0.0

    init(of system: RunningSystem) async throws {
        for service in SystemService.allCases {
            processors["\(service)"] = try ProcessorTime.of(system.processID(of: service))
        }
        let pool = system.pool
        let backend = try await pool.query("select pg_backend_pid()")[0][0, as: Int32.self]
        if let server = try ProcessorTime.parent(of: backend) {
            processors["postgres"] = try ProcessorTime.ofFamily(server)
        }
        if let port = URLComponents(string: system.servers.brokerURL)?.port,
            let broker = try ProcessorTime.process("beam.smp", with: "RABBITMQ_NODE_PORT=\(port)")
        {
            processors["rabbitmq"] = try ProcessorTime.of(broker)
        }
        for row in try await pool.query(
            """
            select coalesce(pg_partition_root(oid), oid)::regclass::text, sum(pg_total_relation_size(oid))::bigint
            from pg_class where relkind = 'r' and relnamespace = current_schema()::regnamespace group by 1
            """)
        {
            tables[try row[0, as: String.self]] = Double(try row[1, as: Int64.self])
        }
        let row = try await pool.query(
            """
            select (pg_current_wal_lsn() - '0/0')::bigint, (select count(*) from message),
                (select coalesce(sum(length(body)), 0)::bigint from message)
            """)[0]
        log = Double(try row[0, as: Int64.self])
        messages = Double(try row[1, as: Int64.self])
        messageBytes = Double(try row[2, as: Int64.self])
    }

    /// What each of so many changes has used since an earlier reading; tables that took less than a byte are left out.
    func since(_ earlier: CostReading, changes: Int) -> [(name: String, unit: String, value: Double)] {
        let count = Double(changes)
        let programs = processors.keys.sorted().map { name in
            ("cpu_ms.\(name)", "ms", ((processors[name] ?? 0) - (earlier.processors[name] ?? 0)) * 1000 / count)
        }
        let bytes = tables.keys.sorted().map { name in
            ("bytes.\(name)", "bytes", ((tables[name] ?? 0) - (earlier.tables[name] ?? 0)) / count)
        }
        return programs + bytes.filter { $0.2 >= 1 } + [
            ("log_bytes", "bytes", (log - earlier.log) / count),
            ("messages", "messages", (messages - earlier.messages) / count),
            ("message_bytes", "bytes", (messageBytes - earlier.messageBytes) / max(messages - earlier.messages, 1)),
        ]
    }
}

extension RunningSystem {
    /// Waits until nothing is to be read, routed or written.
    func rests(within limit: Duration) async throws {
        let end = ContinuousClock.now + limit
        while true {
            let open = try await pool.query(
                """
                select (select count(*) from message where status in (0, 1)) + (select count(*) from dirty)
                    + (select count(*) from work where state = 'ready')
                """)[0][0, as: Int.self]
            if open == 0 { return }
            guard .now < end else { throw BenchFailure("\(open) pieces are still on their way") }
            try await Task.sleep(for: .milliseconds(200))
        }
    }
}
