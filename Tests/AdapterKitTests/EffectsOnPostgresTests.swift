import CanonicalModel
import ConnectorKit
import IntegrationSupport
import Postgres
import SyncCore
import SyncStore
import Testing

@testable import AdapterKit

@Suite("Effects of work", .database)
struct EffectsOnPostgresTests {
    @Test("An effect is done in the transaction that links its object, and names it (R13.3)")
    func done() async throws {
        try await Workshop.open { workshop in
            let record = workshop.newID()
            let effect = try await workshop.effect(on: record)
            let command = try await workshop.want(record, ["name": .text("Miller")], effect: effect)
            #expect(try await workshop.standing(effect).state == .wanted)
            try await workshop.sendAll()
            let done = try await workshop.standing(effect)
            #expect(done.state == .done)
            #expect(done.connection == Workshop.connection && done.native == workshop.client("c1"))
            // The same command again, and a later state that the vendor refuses: it was done all the same.
            try await workshop.store().accept([command])
            workshop.vendor.next(
                .refuse(ConnectorFault(.validation, code: "bad", message: "it is bad", fix: "mend it")))
            try await workshop.want(record, ["name": .text("Millner")], version: 2)
            try await workshop.sendAll()
            #expect(try await workshop.work(record)?.state == .dead)
            #expect(try await workshop.standing(effect).state == .done)
            #expect(workshop.vendor.objects.count == 1)
        }
    }

    @Test("A newer state that covers the command does what the effect wants, also where its answer is lost (R13.3)")
    func coveredAndLost() async throws {
        try await Workshop.open { workshop in
            let record = workshop.newID()
            let effect = try await workshop.effect(on: record)
            try await workshop.want(record, ["name": .text("Miller")], version: 1, effect: effect)
            try await workshop.want(record, ["name": .text("Millner")], version: 2)
            workshop.vendor.next(.loseAnswer)
            _ = try await workshop.egress().round()
            #expect(try await workshop.standing(effect).state == .wanted, "nobody knows whether it was made")
            try await workshop.makeDue()
            try await workshop.sendAll()
            #expect(workshop.vendor.objects.count == 1)
            let done = try await workshop.standing(effect)
            #expect(done.state == .done && done.native == workshop.client("c1"))
        }
    }

    @Test("A command that comes after the newer state has made the record finds its effect done, and makes nothing")
    func carrierComesLast() async throws {
        try await Workshop.open { workshop in
            let record = workshop.newID()
            let effect = try await workshop.effect(on: record)
            try await workshop.want(record, ["name": .text("Millner")], version: 2)
            try await workshop.sendAll()
            #expect(try await workshop.standing(effect).state == .wanted)
            try await workshop.want(record, ["name": .text("Miller")], version: 1, effect: effect)
            try await workshop.sendAll()
            #expect(workshop.vendor.requests.count == 1)
            let done = try await workshop.standing(effect)
            #expect(done.state == .done && done.native == workshop.client("c1"))
        }
    }

    @Test("An effect that changes a record is done once the system shows it, not while a step of it is missing")
    func change() async throws {
        try await Workshop.open { workshop in
            let record = workshop.newID()
            try await workshop.want(record, ["name": .text("Miller")], version: 1)
            try await workshop.sendAll()
            let effect = try await workshop.effect(on: record, kind: "close_opportunity")
            workshop.vendor.next(
                .refuse(ConnectorFault(.transient, code: "busy", message: "it is busy", fix: "wait")))
            try await workshop.want(record, ["name": .text("Won")], version: 2, effect: effect)
            _ = try await workshop.egress().round()
            #expect(try await workshop.standing(effect).state == .wanted)
            try await workshop.makeDue()
            try await workshop.sendAll()
            #expect(try await workshop.standing(effect).state == .done)
        }
    }
}

extension Workshop {
    /// An effect as the router inserts it.
    func effect(on record: CanonicalID, kind: String = "create_job") async throws -> CanonicalID {
        let effect = newID()
        try await pool.execute(
            """
            insert into effect (id, kind, cause, occurrence, result, reason)
            values (\(effect), \(kind), \(newID()), 1, \(record), 'approved')
            """)
        return effect
    }

    /// How an effect stands.
    func standing(_ effect: CanonicalID) async throws -> Effects.Standing {
        let result = try await pool.query("select result from effect where id = \(effect)")[0][0, as: CanonicalID.self]
        return try #require(try await pool.run(Effects.about(result)).first { $0.id == effect })
    }
}
