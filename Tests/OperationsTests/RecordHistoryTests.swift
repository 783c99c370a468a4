import CanonicalModel
import IntegrationSupport
import Operations
import Postgres
import StoreSupport
import SyncCore
import SyncStore
import Testing

@Suite("Showing a record", .database)
struct RecordHistoryTests {
    @Test("A record shows what is to happen once because of it, and what made it: wanted, dead with its letter, done")
    func effects() async throws {
        try await Estate.run { estate in
            let pool = estate.pool
            let (cause, job) = (estate.id(), estate.id())
            try await pool.run(
                Records.insert([
                    RecordState(id: cause, entity: .opportunity, version: 1),
                    RecordState(id: job, entity: .job, version: 1),
                ]))
            let effect = estate.id()
            try await pool.execute(
                """
                insert into effect (id, kind, cause, occurrence, result, reason)
                values (\(effect), 'create_job', \(cause), 1, \(job), 'the sale was won')
                """)
            func line(_ record: CanonicalID) async throws -> (text: String, json: JSONValue) {
                let shown = try #require(try await RecordHistory(pool).show(record))
                #expect(shown.effects.count == 1)
                let effect = try #require(shown.effects.first)
                return (effect.text(seenFrom: record), effect.json)
            }
            func settle(_ native: NativeReference?) async throws {
                let place = Place(record: job, connection: estate.fsm, entity: .job)
                try await pool.run(
                    Effects.settle([
                        .init(effect: effect, place: place, native: native, isShown: false, isGivenUp: native == nil)
                    ]))
            }
            let wanted = try await line(cause)
            #expect(wanted.text.hasPrefix("effect create_job: wanted, "))
            #expect(wanted.text.hasSuffix(", for \(job)   [the sale was won]"))
            #expect(wanted.json["native"] == .null)

            let letter = DeadLetters.Letter(
                id: estate.id(), source: .work, connection: estate.fsm, entity: .job, record: job,
                failureClass: .validation, code: "bad", failure: "it is bad", fix: "mend it", attempts: 1,
                failedAt: estate.now, payload: [])
            try await pool.run(DeadLetters.insert([letter]))
            try await settle(nil)
            let dead = try await line(cause)
            #expect(dead.text.contains("dead at fsm-main, ") && dead.text.contains(", dead letter \(letter.id)"))
            #expect(dead.json["dead_letter"].string == letter.id.description)

            try await settle(NativeReference(type: "job", id: "7"))
            let done = try await line(job)
            #expect(done.text.hasPrefix("effect create_job: done at fsm-main, job/7, "))
            #expect(done.text.contains(", caused by \(cause) ") && !done.text.contains("letter"))
            #expect(done.json["state"].string == "done")
        }
    }
}
