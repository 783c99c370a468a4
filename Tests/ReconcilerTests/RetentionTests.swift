import CanonicalModel
import IntegrationSupport
import Logging
import Postgres
import StoreSupport
import SyncCore
import SyncStore
import Testing

@testable import Reconciler

@Suite("Retention", .database)
struct RetentionTests {
    private func message(_ id: CanonicalID) -> StoredMessage {
        StoredMessage(id: id, queue: "q", exchange: "e", routingKey: "k", body: [1])
    }

    @Test("Only what was settled long ago leaves, in batches; open, parked, young and reopened messages stay")
    func messages() async throws {
        try await Estate.run { estate in
            let pool = estate.pool
            let old = Instant(microseconds: estate.now.microseconds - 10 * 86_400_000_000)
            let settled = (0..<7).map { _ in message(IDSource.random.next(old)) }
            let open = message(IDSource.random.next(old))
            let parked = message(IDSource.random.next(old))
            let reopened = message(IDSource.random.next(old))
            let young = message(estate.id())
            let foreign = message(CanonicalID(high: 0xffff_0000_0000_4000, low: 0x8000_0000_0000_0001))
            let all = settled + [open, parked, reopened, young, foreign]
            try await pool.run(MessageTable.insert(all, lease: .zero))
            _ = try await pool.run(MessageTable.settle((settled + [reopened, young, foreign]).map(\.key)))
            _ = try await pool.run(MessageTable.park([parked.key]))
            try await pool.execute(
                "update message set lease_until = now() - interval '10 days' where id <> \(young.id)")
            _ = try await pool.run(MessageTable.reopen([reopened]))
            _ = try await pool.run(MessageTable.settle([MessageKey(reopened.id, generation: 2)]))

            let settings = Retention.Settings(
                messages: .seconds(7 * 86_400), webhooks: .seconds(86_400), snapshots: 3, letters: .seconds(86_400),
                batch: 2)
            try await Retention(
                settings: settings, pool: pool, logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
            ).run()
            let left = try await pool.query("select id from message order by id").map {
                try $0[0, as: CanonicalID.self]
            }
            #expect(Set(left) == Set([open, parked, reopened, young].map(\.id)))
        }
    }

    @Test(
        "Each batch begins behind the one before, and never passes over what has left again",
        arguments: ["message", "webhook"])
    func place(_ table: String) async throws {
        try await Estate.run { estate in
            let pool = estate.pool
            let old = Instant(microseconds: estate.now.microseconds - 10 * 86_400_000_000)
            let ids = (0..<6).map { _ in IDSource.random.next(old) }
            try await pool.run(MessageTable.insert(ids.map(message), lease: .zero))
            _ = try await pool.run(MessageTable.settle(ids.map { MessageKey($0, generation: 1) }))
            try await pool.execute("update message set lease_until = now() - interval '10 days'")
            try await pool.run(
                Webhooks.insert(
                    ids.map {
                        Webhooks.Delivery(
                            id: $0, connection: estate.crm, receivedAt: old, headers: Array("{}".utf8), body: [],
                            outcome: "marked")
                    }))
            // What a transaction that looks back leaves behind cannot be seen; so each batch leaves a row at the beginning.
            try await pool.execute("create sequence lowest")
            try await pool.execute(
                """
                create function leave_behind() returns trigger language plpgsql as $$
                begin
                    execute format(
                        'insert into %1$I select (record).* from (select jsonb_populate_record(null::%1$I, '
                            'to_jsonb(m) || jsonb_build_object(''id'', ($1)::text)) as record from sample m) as rows',
                        tg_table_name)
                    using lpad(to_hex(nextval('lowest')), 12, '0') || '00000000000000000000';
                    return null;
                end $$
                """)
            try await pool.execute("create table sample as select * from \(raw: table) limit 1")
            try await pool.execute(
                """
                create trigger leave_behind after delete on \(raw: table)
                for each statement execute function leave_behind()
                """)
            let settings = Retention.Settings(
                messages: .seconds(7 * 86_400), webhooks: .seconds(7 * 86_400), snapshots: 3,
                letters: .seconds(86_400), batch: 2)
            try await Retention(
                settings: settings, pool: pool, logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
            ).run()
            let left = try await pool.query("select count(*) from \(raw: table)")[0][0, as: Int.self]
            // Three full batches, and one that finds no more; messages are looked for in a second range, too.
            #expect(left == (table == "message" ? 5 : 4))
        }
    }

    @Test("R18.6: webhooks leave after their time, and of each scope's snapshots the newest stay")
    func webhooksAndSnapshots() async throws {
        try await Estate.run { estate in
            let pool = estate.pool
            let old = Instant(microseconds: estate.now.microseconds - 40 * 86_400_000_000)
            let deliveries = [old, estate.now].map { moment in
                Webhooks.Delivery(
                    id: IDSource.random.next(moment), connection: estate.crm, receivedAt: moment,
                    headers: Array("{}".utf8), body: [], outcome: "marked")
            }
            try await pool.run(Webhooks.insert(deliveries))
            let runs = (0..<4).map { _ in (id: estate.id(), connection: estate.crm, entity: EntityKind.customer) }
            try await pool.run(Snapshots.request(runs, by: "test"))
            for run in runs { try await pool.run(Snapshots.fail(run.id, "test")) }
            let settings = Retention.Settings(
                messages: .seconds(86_400), webhooks: .seconds(30 * 86_400), snapshots: 2, letters: .seconds(86_400),
                batch: 100)
            try await Retention(
                settings: settings, pool: pool, logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
            ).run()
            #expect(try await pool.run(Webhooks.find(deliveries[0].id)) == nil)
            #expect(try await pool.run(Webhooks.find(deliveries[1].id)) != nil)
            #expect(try await pool.run(Snapshots.latest()).count == 2)
        }
    }

    @Test("Of dead letters, those that ended long ago leave; what is open, young or about money stays")
    func letters() async throws {
        try await Estate.run { estate in
            let pool = estate.pool
            let kinds: [(code: String, entity: EntityKind, source: DeadLetters.Letter.Source)] = [
                ("gone", .customer, .work), ("open", .customer, .work), ("young", .customer, .work),
                ("bill", .invoice, .work), ("paid", .payment, .work), ("read", .customer, .read),
            ]
            let letters = kinds.map { kind in
                DeadLetters.Letter(
                    id: estate.id(), source: kind.source, connection: estate.ledger,
                    entity: kind.source == .read ? nil : kind.entity, record: estate.id(),
                    native: NativeReference(type: "customer", id: kind.code), failureClass: .validation,
                    code: kind.code,
                    failure: "refused", fix: "mend it", attempts: 1, failedAt: estate.now, payload: [])
            }
            try await pool.run(DeadLetters.insert(letters))
            try await pool.execute(
                """
                update dead_letter set state = 'archived',
                    closed_at = now() - case code when 'young' then interval '1 hour' else interval '9 days' end
                where code <> 'open'
                """)
            let settings = Retention.Settings(
                messages: .seconds(86_400), webhooks: .seconds(86_400), snapshots: 3, letters: .seconds(86_400),
                batch: 1)
            try await Retention(
                settings: settings, pool: pool, logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
            ).run()
            let left = try await pool.query("select code from dead_letter order by code").map {
                try $0[0, as: String.self]
            }
            #expect(left == ["bill", "open", "paid", "young"])
        }
    }
}
