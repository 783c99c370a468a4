import CanonicalModel
import Operations
import Postgres
import StoreSupport
import SyncCore
import SyncStore
import SystemSupport
import Testing

/// Roles are the whole server's, so that these tests have one of their own.
@Suite("Roles of people", .enabled(if: PrivatePostgres.isInstalled), .serialized)
struct AccessRoleTests {
    private static func with(_ url: String, _ body: (PostgresPool) async throws -> Void) async throws {
        let pool = PostgresPool(try PostgresConfiguration(url: url))
        do {
            try await body(pool)
        } catch {
            await pool.close()
            throw error
        }
        await pool.close()
    }

    /// Lends the database to its owner.
    private func estate(_ body: (Estate, PrivatePostgres) async throws -> Void) async throws {
        try await PrivatePostgres.run { postgres in
            try await Self.with(postgres.url) { try await body(Estate.make(on: $0), postgres) }
        }
    }

    /// Lends the database to somebody of another role.
    private func with(
        _ role: String, _ estate: Estate, _ postgres: PrivatePostgres, _ body: (PostgresPool) async throws -> Void
    ) async throws {
        try await estate.pool.execute("create role person login password 'secret' in role \(identifier: role)")
        var configuration = try PostgresConfiguration(url: postgres.url)
        configuration.user = "person"
        configuration.password = "secret"
        let pool = PostgresPool(configuration)
        do {
            try await body(pool)
        } catch {
            await pool.close()
            throw error
        }
        await pool.close()
    }

    private func letter(_ estate: Estate) async throws -> (letter: DeadLetters.Letter, customer: CanonicalID) {
        let customer = RecordState(
            id: estate.id(), entity: .customer, version: 1,
            fields: ["name": field(.text("Ada Miller"), estate), "kind": field(.choice("company"), estate)])
        let job = RecordState(
            id: estate.id(), entity: .job, version: 1,
            fields: [
                "customer": field(.reference(.canonical(customer.id)), estate), "number": field(.text("J-7"), estate),
            ])
        var references = Records.ReferenceChange()
        references.add(from: nil, to: job)
        try await estate.pool.run([try Records.insert([customer, job])] + references.statements)
        let command = SyncCommand(
            id: estate.id(), connection: estate.fsm, entity: .job, verb: .upsert, record: job.id, version: 1,
            desired: ["instructions": .init(.set(.text("gate code 99")))], policyVersion: 1, changedAt: estate.now,
            context: MessageContext(correlation: estate.id()))
        let letter = DeadLetters.Letter(
            id: estate.id(), source: .work, message: command.id, connection: estate.fsm, entity: .job, record: job.id,
            failureClass: .validation, code: "bad", failure: "the instructions are too long", fix: "shorten them",
            attempts: 1, failedAt: estate.now, payload: try CommandCoding.encode(command, schema: .current))
        try await estate.pool.run(DeadLetters.insert([letter]))
        return (letter, customer.id)
    }

    private func field(_ value: FieldValue, _ estate: Estate) -> FieldState {
        FieldState(
            value: value,
            provenance: Provenance(source: .connection(estate.crm, .crm), changedAt: estate.now, event: estate.id()))
    }

    @Test(
        "R18.5, R18.6: a viewer sees letters and what they are about, but neither payloads nor names, and changes nothing"
    )
    func viewer() async throws {
        try await estate { estate, postgres in
            #expect(try await SchemaOperations(estate.pool).migrate().warning == nil)
            let (letter, _) = try await letter(estate)
            let now = estate.now
            try await with(AccessRoles.viewer, estate, postgres) { pool in
                let operations = DeadLetterOperations(pool) { now }
                var query = DeadLetterQuery()
                #expect(try await operations.list(query, limit: 5).count == 1)
                #expect(try await operations.count(query).total == 1)
                let shown = try #require(try await operations.show(letter.id, unredacted: nil))
                #expect(shown.json["payload"]["data"]["desired"]["instructions"]["value"].string == "[sensitive]")
                #expect(shown.json["context"]["customer"].string == "[personal]")
                #expect(shown.json["context"]["job"].string == "J-7")
                #expect(!shown.text.contains("gate code") && !shown.text.contains("Miller"))
                query.text = "gate code"
                #expect(try await operations.list(query, limit: 5).isEmpty, "nobody finds what they may not read")
                _ = try await StatusOperations(pool).report()

                await #expect(throws: OperationFailure.self) { try await operations.show(letter.id, unredacted: "eve") }
                for forbidden: SQL in [
                    "select payload from dead_letter", "select body from record", "select body from work",
                    "select body from audit", "select proposed from proposal", "select before from dead_letter_edit",
                    "select * from account", "update dead_letter set state = 'archived'",
                    "insert into replay (id, requested_by, reason, filter, total, failure_limit) values (gen_random_uuid(), 'e', 'e', 'e', 0, 1)",
                    "delete from dead_letter", "select state_digest from consent", "delete from consent_offer",
                ] {
                    let error = await #expect(throws: PostgresError.self) { try await pool.query(forbidden) }
                    #expect(error?.sqlstate == "42501", "\(forbidden)")
                }
                await #expect(throws: PostgresError.self) {
                    try await operations.archive(DeadLetterQuery(), money: false, by: "eve", reason: "no right")
                }
            }
        }
    }

    @Test(
        "R18.5: an operator sees payloads on demand and acts, with the audit log knowing it, and reads no credentials")
    func `operator`() async throws {
        try await estate { estate, postgres in
            _ = try await SchemaOperations(estate.pool).migrate()
            let (letter, _) = try await letter(estate)
            let now = estate.now
            let offer = ConsentOffer(
                connection: estate.crm, title: "Acme",
                way: .open(authorizeURL: "https://acme.example/a?x=1", provesKey: true), isNeeded: true)
            try await estate.pool.run(Consents.declare(offer, account: "acme"))
            try await with(AccessRoles.operator, estate, postgres) { pool in
                let operations = DeadLetterOperations(pool) { now }
                let whole = try #require(try await operations.show(letter.id, unredacted: "ada"))
                #expect(whole.json["payload"]["data"]["desired"]["instructions"]["value"].string == "gate code 99")
                #expect(whole.json["context"]["customer"].string == "Ada Miller")
                var patch = LetterPatch()
                try patch.set("job.instructions=\"ring twice\"")
                let edit = try await operations.edit(
                    DeadLetterQuery(), patch, by: "bob", reason: "a test", dryRun: false)
                #expect(edit.changed == 1)
                #expect(try await operations.preview(DeadLetterQuery(), limit: 5).total == 1)
                let replays = ReplayOperations(pool) { now }
                let replay = try await replays.start(DeadLetterQuery(), by: "bob", reason: "a test", failureLimit: 1)
                let id = try #require(replay?.id)
                #expect(try await replays.start(DeadLetterQuery(), by: "eve", reason: "x", failureLimit: 1) == nil)
                #expect(try await replays.change(id, .pause, by: "bob", reason: "lunch").isResting)
                await #expect(throws: OperationFailure.self) {
                    try await replays.change(id, .pause, by: "bob", reason: nil)
                }
                #expect(try await replays.change(id, .abort, by: "bob", reason: nil).isResting)
                let moved = try await operations.archive(DeadLetterQuery(), money: false, by: "ada", reason: "a test")
                #expect(moved.count == 1)
                let consents = ConsentOperations(pool) { now }
                let begun = try await consents.begin(estate.crm, by: "bob")
                #expect(try await consents.standing(of: begun.id) == .open)
                for forbidden: SQL in [
                    "update consent set used_at = null", "update consent_offer set authorize_url = 'https://x'",
                    "select sealed from account", "update record set version = 9", "delete from audit",
                    "update audit set actor = null", "delete from dead_letter",
                ] {
                    let error = await #expect(throws: PostgresError.self) { try await pool.query(forbidden) }
                    #expect(error?.sqlstate == "42501", "\(forbidden)")
                }
            }
            let audit = try await estate.pool.query(
                "select convert_from(body, 'UTF8') from audit where actor = 'ada' and kind = 'operated' order by id")
            let bodies = try audit.map { try $0[0, as: String.self] }
            #expect(bodies.count == 2)
            #expect(bodies.contains { $0.contains("--unredacted") } && bodies.contains { $0.contains("a test") })
        }
    }

    @Test("Migrating again, and several at once, gives the same rights")
    func again() async throws {
        try await estate { estate, _ in
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<4 { group.addTask { _ = try await SchemaOperations(estate.pool).migrate() } }
                try await group.waitForAll()
            }
            let may = try await estate.pool.query(
                """
                select has_column_privilege('plumbline_viewer', 'dead_letter', 'failure', 'select'),
                    has_column_privilege('plumbline_viewer', 'dead_letter', 'payload', 'select'),
                    has_table_privilege('plumbline_operator', 'replay', 'insert')
                """)
            #expect(try (0..<3).map { try may[0][$0, as: Bool.self] } == [true, false, true])
        }
    }

    @Test("Letters of an older build get their group and their redacted payload")
    func older() async throws {
        try await estate { estate, _ in
            let (letter, _) = try await letter(estate)
            try await estate.pool.execute("update dead_letter set cause = null, pattern = null, redacted = null")
            _ = try await SchemaOperations(estate.pool).migrate()
            let row = try #require(try await estate.pool.run(DeadLetters.find(letter.id, payload: false)))
            #expect(row.group == letter.cause.key)
            #expect(row.redacted?.contains("[sensitive]") == true)
        }
    }

    @Test("A database role that may make no roles migrates all the same, and says what an administrator has to do")
    func noRight() async throws {
        try await estate { estate, postgres in
            try await estate.pool.execute("create role modest login password 'secret'")
            try await estate.pool.execute("create schema authorization modest")
            var configuration = try PostgresConfiguration(url: postgres.url)
            configuration.user = "modest"
            configuration.password = "secret"
            configuration.searchPath = "modest"
            let pool = PostgresPool(configuration)
            let first = try await SchemaOperations(pool).migrate()
            #expect(first.steps > 0)
            #expect(first.warning?.contains("create role plumbline_viewer nologin") == true)
            _ = try await SchemaOperations(estate.pool).migrate()
            #expect(try await SchemaOperations(pool).migrate().warning == nil)
            let may = try await pool.query(
                "select has_column_privilege('plumbline_viewer', 'dead_letter', 'failure', 'select')")
            #expect(try may[0][0, as: Bool.self])
            await pool.close()
        }
    }
}
