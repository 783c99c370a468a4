import Foundation
import Postgres
import SandboxKit

/// Reads what our own system says about itself, once all is quiet.
struct OwnTables {
    let pool: PostgresPool

    /// What is still to be read, routed or sent, in words.
    func onTheWay() async throws -> [String] {
        try await texts(
            """
            select line from (
                select 'message ' || id || ' to ' || queue || ' ' || routing_key || ', published ' || publications
                    || ' times' as line
                    from message where status < 2
                union all select concat_ws(' ', 'read', connection, native_type, native_id, 'attempt', attempts,
                    'due in', extract(epoch from due_at - now())::int, 's', failure) from dirty
                union all select concat_ws(' ', 'work', connection, entity, record, 'attempt', attempts, 'due in',
                    extract(epoch from due_at - now())::int, 's', failure) from work where state = 'ready'
                union all select concat_ws(' ', 'intent', connection, entity, record, state, 'until',
                    extract(epoch from absent_after - now())::int, 's', fault) from intent
                    where state in ('open', 'unknown')
                union all select concat_ws(' ', 'late', connection, native_type, native_id) from late_object
                    where state = 'open'
                union all select concat_ws(' ', 'parked', connection, cause, parent_entity, parent_id) from park
            ) as lines order by line limit 60
            """)
    }

    /// I10: work that no longer moves.
    func stuck() async throws -> [Finding] {
        let lines = try await texts(
            """
            select line from (
                select concat_ws(' ', 'work waits for nothing:', w.connection, w.entity, w.record) as line from work w
                    where w.state = 'waiting' and not exists (
                        select 1 from park p where p.connection = w.connection and p.record = w.record)
                union all select concat_ws(' ', 'a lane is held long after its lease:', connection, key, holder) from lane
                    where until < now() - interval '10 minutes'
                union all select concat_ws(' ', 'a wait is past its deadline:', connection, cause, parent_id) from park
                    where deadline < now() - interval '5 minutes'
                union all select concat_ws(' ', 'an effect is wanted, and nothing brings it about:', e.kind, e.cause)
                    from effect e where e.state = 'wanted' and not exists (
                        select 1 from work w where w.effect = e.id and w.state <> 'done')
                union all select concat_ws(' ', 'a connection is paused:', connection) from connection_state where paused
                union all select concat_ws(' ', 'a circuit is open:', connection, direction, failure) from circuit
                    where open_until > now() + interval '1 minute'
            ) as lines order by line limit 60
            """)
        return lines.map { Finding(.unexpected, "I10", $0) }
    }

    /// What refers to a record that is not as it should be: proposals and dead letters, held fields and dead work.
    func explanations() async throws -> [Evidence.Explanation] {
        let rows = try await pool.query(
            """
            select concat_ws(' ', 'proposal', p.id, p.kind, 'of', p.field, p.state) as what, p.field as field,
                l.connection as connection, l.native_type as native_type, l.native_id as native_id
            from proposal p join link l on l.record = p.record and l.native_id is not null
            union all
            select concat_ws(' ', 'dead letter', d.id, d.code, d.failure), null,
                coalesce(l.connection, d.connection), coalesce(l.native_type, d.native_type),
                coalesce(l.native_id, d.native_id)
            from dead_letter d left join link l on l.record = d.record and l.native_id is not null
            where d.state = 'open' and coalesce(l.native_id, d.native_id) is not null
            union all
            select concat_ws(' ', 'held at', w.connection, w.failure), h.field, l.connection, l.native_type, l.native_id
            from work w cross join lateral unnest(w.held) as h(field)
            join link l on l.record = w.record and l.native_id is not null
            union all
            select concat_ws(' ', 'refused by', w.connection, w.failure), null, l.connection, l.native_type, l.native_id
            from work w join link l on l.record = w.record and l.native_id is not null where w.state = 'dead'
            """)
        return try rows.compactMap { row in
            let connection = try row[2, as: String.self]
            guard
                let native = NativeAddress(
                    connection: connection, type: try row[3, as: String.self], id: try row[4, as: String.self])
            else { return nil }
            return Evidence.Explanation(
                text: try row[0, as: String.self], field: try row[1, as: String?.self], natives: [native])
        }
    }

    /// The marks that our decisions name.
    func recordedMarks() async throws -> Set<String> {
        Set(
            try await texts(
                """
                select distinct m[1] from audit,
                    lateral regexp_matches(convert_from(body, 'UTF8'), '(m[0-9]+q)', 'g') as m
                where kind = 'decided' and body is not null
                """))
    }

    /// Every alert that was ever raised.
    func alerts() async throws -> [Lateness.Alert] {
        try await pool.query(
            """
            select concat_ws(' ', kind, subject, cause), connection, extract(epoch from raised_at)::float8,
                extract(epoch from resolved_at)::float8
            from alert where raised_at is not null order by raised_at, id
            """
        ).map { row in
            Lateness.Alert(
                text: try row[0, as: String.self],
                system: try row[1, as: String?.self].flatMap(NativeSystem.init(vendor:)),
                raised: try row[2, as: Double.self], resolved: try row[3, as: Double?.self])
        }
    }

    /// I8: every write has a cause, and every record that we have written to has an entry.
    func causeless(_ changes: [NativeChange]) async throws -> [Finding] {
        let lines = try await texts(
            """
            select concat_ws(' ', w.connection, w.entity, w.record, w.at::text) from audit w
            where w.kind = 'written' and not exists (
                select 1 from audit o where o.correlation = w.correlation and o.kind in ('observed', 'operated'))
            limit 20
            """)
        let entries = try await pool.query(
            """
            select distinct connection, coalesce(
                convert_from(body, 'UTF8')::jsonb ->> 'native', convert_from(body, 'UTF8')::jsonb ->> 'late_object')
            from audit where kind in ('written', 'linked', 'repaired') and body is not null
            """)
        var noted: Set<NativeAddress> = []
        for row in entries {
            let native = try row[1, as: String?.self] ?? ""
            guard let slash = native.firstIndex(of: "/"),
                let address = NativeAddress(
                    connection: try row[0, as: String?.self] ?? "", type: String(native[..<slash]),
                    id: String(native[native.index(after: slash)...]))
            else { continue }
            noted.insert(address)
        }
        let written = changes.filter {
            $0.isOurs && ["update", "create"].contains($0.operation) && Self.isNoted($0.type)
        }
        let silent = Dictionary(grouping: written.filter { !noted.contains($0.address) }, by: \.address)
        return lines.map { Finding(.unexpected, "I8", "a write without a cause: \($0)") }
            + silent.values.compactMap(\.first).prefix(20).map {
                Finding(.unexpected, "I8", "a write that the audit log does not know: \($0)")
            }
    }

    private static func isNoted(_ type: String) -> Bool {
        ["companies", "contacts", "deals", "quotes", "Client", "Property", "Job", "Customer", "Invoice"].contains(type)
    }

    private func texts(_ statement: SQL) async throws -> [String] {
        try await pool.query(statement).map { try $0[0, as: String.self] }
    }
}
