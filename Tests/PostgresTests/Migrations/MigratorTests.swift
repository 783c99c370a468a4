import IntegrationSupport
import Postgres
import Testing

@Suite("The migrator", .database, .timeLimit(.minutes(2)))
struct MigratorTests {
    private let migrations = [
        Migration(
            number: 1, name: "create_thing",
            up: "create table thing (id bigint primary key);\ninsert into thing values (1);", down: "drop table thing;"),
        Migration(
            number: 2, name: "add_name", up: "alter table thing add name text; -- why; not",
            down: "alter table thing drop name;"),
        Migration(
            number: 3, name: "add_function",
            up: "create function f() returns int language sql as $$ select 1; $$;", down: "drop function f();"),
    ]

    private func tables(_ pool: PostgresPool) async throws -> Int {
        try await pool.query(
            "select count(*) from pg_class where relname = 'thing' and relnamespace = current_schema()::regnamespace")[
                0][
                0, as: Int.self]
    }

    @Test("Migrations go up, to a number, down and up again, and the check follows")
    func migrates() async throws {
        try await IntegrationSpace.required().withPool { pool in
            let migrator = try Migrator(migrations)
            let unready = await #expect(throws: MigrationError.self) { try await migrator.check(on: pool) }
            #expect(unready?.message.contains("! 0002_add_name") == true)
            var steps = try await migrator.migrate(to: 2, on: pool)
            #expect(steps == 2)
            await #expect(throws: MigrationError.self) { try await migrator.check(on: pool) }
            steps = try await migrator.migrate(on: pool)
            #expect(steps == 1)
            try await migrator.check(on: pool)
            steps = try await migrator.migrate(on: pool)
            #expect(steps == 0)
            steps = try await migrator.migrate(to: 0, on: pool)
            #expect(steps == 3)
            let gone = try await tables(pool)
            #expect(gone == 0)
            steps = try await migrator.migrate(on: pool)
            #expect(steps == 3)
            try await migrator.check(on: pool)
        }
    }

    @Test("An applied migration that was edited is refused, with both checksums")
    func refusesEdited() async throws {
        try await IntegrationSpace.required().withPool { pool in
            try await Migrator(migrations).migrate(to: 1, on: pool)
            var edited = migrations
            edited[0].up += " "
            let migrator = try Migrator(edited)
            for attempt in [{ _ = try await migrator.check(on: pool) }, { _ = try await migrator.migrate(on: pool) }] {
                let error = await #expect(throws: MigrationError.self) { try await attempt() }
                #expect(error?.code == .mismatch)
                #expect(error?.message.contains(String(edited[0].checksum.prefix(8))) == true)
                #expect(error?.message.contains(String(migrations[0].checksum.prefix(8))) == true)
            }
            let older = try Migrator([])
            await #expect(throws: MigrationError.self) { try await older.check(on: pool) }
        }
    }

    @Test("A migration that fails is undone as a whole, and those before it stay")
    func failsAsAWhole() async throws {
        try await IntegrationSpace.required().withPool { pool in
            let broken = Migration(number: 2, name: "break", up: "create table half (); select 1/0;", down: "")
            let error = await #expect(throws: MigrationError.self) {
                try await Migrator([migrations[0], broken]).migrate(on: pool)
            }
            #expect(error?.code == .failed)
            #expect(error?.cause?.sqlstate == "22012")
            #expect(error?.description.contains("0002_break") == true)
            try await Migrator([migrations[0]]).check(on: pool)
            let half = try await pool.query("select to_regclass('half')::text")[0][0, as: String?.self]
            #expect(half == nil)
        }
    }

    @Test("A migration that ends its transaction by itself is refused, and so is one that cannot be taken back")
    func refusesUnfit() async throws {
        try await IntegrationSpace.required().withPool { pool in
            let committing = Migration(number: 1, name: "commit", up: "select 1; commit;", down: "")
            let ended = await #expect(throws: MigrationError.self) {
                try await Migrator([committing]).migrate(on: pool)
            }
            #expect(ended?.message.contains("leave begin, commit and rollback out") == true)
            let oneWay = try Migrator([Migration(number: 1, name: "one_way", up: "select 1", down: nil)])
            try await oneWay.migrate(on: pool)
            let error = await #expect(throws: MigrationError.self) { try await oneWay.migrate(to: 0, on: pool) }
            #expect(error?.code == .irreversible)
            try await oneWay.check(on: pool)
        }
    }

    @Test("Of several migrators at once each migration is applied by one")
    func migratesAtOnce() async throws {
        let space = try IntegrationSpace.required()
        let steps = try await withThrowingTaskGroup { group in
            for _ in 0..<4 {
                group.addTask {
                    try await space.withPool { try await Migrator(migrations).migrate(on: $0) }
                }
            }
            return try await group.reduce(0, +)
        }
        #expect(steps == 3)
    }

    private func serves(_ pool: PostgresPool) async throws -> [Int?] {
        try await pool.query("select serves_from from plumbline_migration order by number").map {
            try $0[0, as: Int?.self]
        }
    }

    @Test("An older program goes on in a newer database until a migration leaves it behind")
    func servesOlder() async throws {
        try await IntegrationSpace.required().withPool { pool in
            let removal = Migration(
                number: 4, name: "drop_name", up: "-- serves programs since: 0003\nalter table thing drop name;",
                down: "alter table thing add name text;")
            let addition = Migration(number: 5, name: "add_c", up: "alter table thing add c text;", down: "select 1;")
            let second = try Migrator(Array(migrations.prefix(2)))
            let third = try Migrator(migrations)
            let fifth = try Migrator(migrations + [removal, addition])
            try await third.migrate(on: pool)
            var standing = try await second.check(on: pool)
            #expect(standing == .newer(last: "0003_add_function", servesFrom: 1))
            var steps = try await second.migrate(on: pool)
            #expect(steps == 0)

            try await fifth.migrate(on: pool)
            let floors = try await serves(pool)
            #expect(floors == [1, 1, 1, 3, 3], "what was taken stays taken")
            standing = try await third.check(on: pool)
            #expect(standing == .newer(last: "0005_add_c", servesFrom: 3))
            for attempt in [{ _ = try await second.check(on: pool) }, { _ = try await second.migrate(on: pool) }] {
                let error = await #expect(throws: MigrationError.self) { try await attempt() }
                #expect(error?.code == .outdated)
                #expect(error?.message.hasPrefix("this program knows migrations up to 2, but ") == true)
            }
            let error = await #expect(throws: MigrationError.self) { try await third.migrate(to: 3, on: pool) }
            #expect(error?.code == .mismatch)

            steps = try await fifth.migrate(to: 3, on: pool)
            #expect(steps == 2)
            standing = try await second.check(on: pool)
            #expect(standing == .newer(last: "0003_add_function", servesFrom: 1))
        }
    }

    /// A database as programs left it that did not write down what it serves.
    private func makeOlderLedger(_ pool: PostgresPool) async throws {
        try await Migrator(Array(migrations.prefix(2))).migrate(on: pool)
        try await pool.execute("alter table plumbline_migration drop serves_from")
    }

    @Test("The ledger of an older program is read as it is, and gets its column with the next migration")
    func completesLedger() async throws {
        try await IntegrationSpace.required().withPool { pool in
            try await makeOlderLedger(pool)
            let second = try Migrator(Array(migrations.prefix(2)))
            let standing = try await second.check(on: pool)
            #expect(standing == .same)
            let none = try await second.migrate(on: pool)
            #expect(none == 0)
            let error = await #expect(throws: MigrationError.self) { try await Migrator([]).check(on: pool) }
            #expect(error?.code == .mismatch)
            let one = try await Migrator(migrations).migrate(on: pool)
            #expect(one == 1)
            let floors = try await serves(pool)
            #expect(floors == [nil, nil, 1])
        }
    }

    @Test("Whoever asks whether it is served is answered while the first migration after an older program runs")
    func answersMeanwhile() async throws {
        let space = try IntegrationSpace.required()
        try await space.withPool { pool in
            try await makeOlderLedger(pool)
            let second = try Migrator(Array(migrations.prefix(2)))
            // The migration runs until the question was answered.
            let waiting = Migration(
                number: 3, name: "wait", up: "select pg_advisory_xact_lock(hashtext(current_schema()));",
                down: "select 1;")
            try await pool.withTransaction { holder in
                _ = try await holder.query("select pg_advisory_xact_lock(hashtext(current_schema()))")
                async let steps = space.withPool {
                    try await Migrator(migrations.prefix(2) + [waiting]).migrate(on: $0)
                }
                var isWaiting = false
                while !isWaiting {
                    isWaiting = try await pool.query(
                        """
                        select exists (select from pg_locks where locktype = 'advisory' and not granted
                            and objid = (hashtext(current_schema())::bigint & 4294967295)::oid)
                        """)[0][0, as: Bool.self]
                }
                let answers = try await pool.query("select 1 from plumbline_migration", timeout: .seconds(5)).count
                #expect(answers == 2)
                let standing = try await second.check(on: pool)
                #expect(standing == .same)
                try await holder.commit()
                let made = try await steps
                #expect(made == 1)
            }
        }
    }
}
