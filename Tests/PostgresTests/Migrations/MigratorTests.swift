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
            for attempt in [{ try await migrator.check(on: pool) }, { _ = try await migrator.migrate(on: pool) }] {
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
}
