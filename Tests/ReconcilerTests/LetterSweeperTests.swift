import CanonicalModel
import IntegrationSupport
import Logging
import Postgres
import StoreSupport
import SyncCore
import SyncPolicy
import SyncStore
import Testing

@testable import Reconciler

@Suite("Dead letters that something newer has settled", .database)
struct LetterSweeperTests {
    private func sweep(_ estate: Estate) async throws {
        try await LetterSweeper(
            pool: estate.pool, logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        ).sweep()
    }

    private func closed(_ estate: Estate) async throws -> [String: String?] {
        try await estate.pool.query("select code, closing from dead_letter where state = 'resolved'").reduce(into: [:])
        {
            $0[try $1[0, as: String.self]] = try $1[1, as: String?.self]
        }
    }

    @Test("A letter about an object closes once a later read has shown it, and not while it is to be read")
    func reads() async throws {
        try await Estate.run { estate in
            let failedAt = estate.now.advanced(bySeconds: -60)
            let letters = ["read", "unread", "dirty"].map { name in
                DeadLetters.Letter(
                    id: estate.id(), source: .read, connection: estate.crm,
                    native: NativeReference(type: "company", id: name), failureClass: .undecodable, code: name,
                    failure: "odd", fix: "look", attempts: 1, failedAt: failedAt, payload: [])
            }
            try await estate.pool.run(DeadLetters.insert(letters))
            let shadow: (String, Int64) -> Shadows.Entry = { name, seconds in
                Shadows.Entry(
                    LinkKey(
                        connection: estate.crm, native: NativeReference(type: "company", id: name), entity: .customer),
                    Shadow(fields: [:], readAt: failedAt.advanced(bySeconds: seconds)))
            }
            _ = try await estate.pool.run(
                try Shadows.save([shadow("read", 5), shadow("unread", -5), shadow("dirty", 5)]))
            try await estate.pool.run(
                DirtyTable.mark([
                    .init(
                        NativeReference(type: "company", id: "dirty"), in: estate.crm, correlation: estate.id(),
                        hintedAt: estate.now)
                ]))
            try await sweep(estate)
            #expect(try await closed(estate).keys.sorted() == ["read"])
        }
    }

    @Test("A letter of an event closes once the record has its values, or newer ones; what it alone knows stays open")
    func events() async throws {
        try await Estate.run { estate in
            let early = estate.now.advanced(bySeconds: -3600)
            let fields: [(String, String, Int64)] = [
                ("same", "Miller", -1), ("newer", "Smith", 60), ("lost", "Smith", -60),
            ]
            for (number, (code, name, seconds)) in fields.enumerated() {
                let native = NativeReference(type: "company", id: "\(number)")
                let record = RecordState(
                    id: estate.id(), entity: .customer, version: 1,
                    fields: [
                        "name": FieldState(
                            value: .text(name),
                            provenance: Provenance(
                                source: .connection(estate.crm, .crm), changedAt: early.advanced(bySeconds: seconds),
                                event: estate.id()))
                    ])
                let event = CanonicalEvent(
                    id: estate.id(), entity: .customer, change: .updated, connection: estate.crm, role: .crm,
                    native: native, fields: ["name": .set(.text("Miller"))], changedAt: early, observedAt: early,
                    context: MessageContext(correlation: estate.id()))
                try await estate.pool.run([try Records.insert([record])])
                _ = try await estate.pool.run(
                    IdentityMap.insert([
                        Link(
                            id: estate.id(), LinkKey(connection: estate.crm, native: native, entity: .customer),
                            record: record.id)
                    ]))
                try await estate.pool.run(
                    DeadLetters.insert([
                        DeadLetters.Letter(
                            id: estate.id(), source: .event, queue: "q", message: event.id, connection: estate.crm,
                            entity: .customer, native: native, failureClass: .validation, code: code, failure: "no",
                            fix: "mend it", attempts: 1, failedAt: early,
                            payload: try EventCoding.encode(event, schema: .current))
                    ]))
            }
            try await sweep(estate)
            #expect(try await closed(estate).keys.sorted() == ["newer", "same"])
        }
    }

    @Test("Letters of merged records and of cancelled effects close; those of effects that are wanted do not")
    func ended() async throws {
        try await Estate.run { estate in
            let bench = ReplayBench(estate: estate)
            let effects = [estate.id(), estate.id()]
            try await estate.pool.run(
                Effects.insert(
                    effects.map {
                        .init(
                            id: $0, kind: .createJob, cause: estate.id(), occurrence: 1, result: estate.id(),
                            reason: "test")
                    }))
            var letters: [DeadLetters.Letter] = []
            for effect in effects { letters += try await bench.giveUp(1, effect: effect) }
            try await estate.pool.execute("update effect set state = 'cancelled' where id = \(effects[0])")
            try await sweep(estate)
            let left = try await estate.pool.query("select id, closing from dead_letter order by state")
            #expect(try left[0][0, as: CanonicalID.self] == letters[1].id)
            #expect(try left[1][1, as: String?.self] == "its effect was cancelled")
        }
    }
}
