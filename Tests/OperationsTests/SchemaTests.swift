import CanonicalModel
import IntegrationSupport
import Operations
import Postgres
import StoreSupport
import SyncStore
import Testing

@Suite("The schema", .database)
struct SchemaTests {
    /// Notes a migration that this build does not know.
    private func advance(_ estate: Estate, servesFrom floor: Int) async throws -> Int {
        let last = try #require(try SyncStore.migrations().last).number
        try await estate.pool.execute(
            """
            insert into plumbline_migration (number, name, checksum, serves_from)
            values (\(last + 1), 'of_tomorrow', 'f', \(floor))
            """)
        return last
    }

    @Test("Migrating a newer database that serves this build changes nothing there, not even fields it does not know")
    func leavesNewer() async throws {
        try await Estate.run { estate in
            _ = try await SchemaOperations(estate.pool).migrate()
            _ = try await advance(estate, servesFrom: 1)
            try await estate.pool.execute(
                "insert into model_field (entity, field, pii) values ('job', 'field_of_tomorrow', 'none')")
            let migrated = try await SchemaOperations(estate.pool).migrate()
            #expect(migrated.steps == 0)
            #expect(migrated.newer?.contains("_of_tomorrow, and serves programs that know migration 1") == true)
            let kept = try await estate.pool.query("select 1 from model_field where field = 'field_of_tomorrow'").count
            #expect(kept == 1)
            let report = try await StatusOperations(estate.pool).report()
            #expect(report.text.contains("; the database is newer, at "))
            #expect(report.json["schema"]["newer"].string?.hasPrefix("the database is newer") == true)
        }
    }

    @Test("Neither migrating nor the status works on a newer database that has left this build behind")
    func refusesOutdated() async throws {
        try await Estate.run { estate in
            let last = try await advance(estate, servesFrom: 9999)
            let error = await #expect(throws: MigrationError.self) {
                _ = try await SchemaOperations(estate.pool).migrate()
            }
            #expect(error?.code == .outdated)
            #expect(error?.message.hasPrefix("this program knows migrations up to \(last), but ") == true)
            let failure = await #expect(throws: OperationFailure.self) {
                _ = try await StatusOperations(estate.pool).report()
            }
            #expect(failure?.description.contains("upgrade this program") == true)
        }
    }

    @Test("R11.8: once the upgrade to a newer release is finished, migrating and the status fail and change nothing")
    func refusesUnreadable() async throws {
        try await Estate.run { estate in
            _ = try await SchemaOperations(estate.pool).migrate()
            _ = try await SchemaOperations(estate.pool).version()
            try await estate.pool.execute("update message_schema set written = 9")
            // What migrating removes when it gets that far.
            try await estate.pool.execute(
                "insert into model_field (entity, field, pii) values ('job', 'field_of_tomorrow', 'none')")
            let migrated = await #expect(throws: OperationFailure.self) {
                _ = try await SchemaOperations(estate.pool).migrate()
            }
            let reported = await #expect(throws: OperationFailure.self) {
                _ = try await StatusOperations(estate.pool).report()
            }
            for failure in [migrated, reported] {
                #expect(failure?.description.hasPrefix("messages are written in version 9, ") == true)
                #expect(failure?.description.hasSuffix("upgrade this program") == true)
            }
            let kept = try await estate.pool.query("select 1 from model_field where field = 'field_of_tomorrow'").count
            #expect(kept == 1)
        }
    }
}
