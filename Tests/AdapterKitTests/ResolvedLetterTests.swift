import CanonicalModel
import ConnectorKit
import IntegrationSupport
import Postgres
import SyncCore
import SyncStore
import Testing

@testable import AdapterKit

@Suite("Dead letters of work that succeeds later", .database)
struct ResolvedLetterTests {
    private func refuse(_ workshop: Workshop, _ code: String, fields: [FieldName] = []) {
        workshop.vendor.next(
            .refuse(
                ConnectorFault(.validation, code: code, message: "it is missing", fix: "give it", fields: fields)))
    }

    /// Codes of letters with their states, in the order in which they came.
    private func letters(_ workshop: Workshop) async throws -> [String] {
        try await workshop.pool.query("select code || ' ' || state from dead_letter order by id").map {
            try $0[0, as: String.self]
        }
    }

    @Test("A record that is made later closes its letters, and no other record's")
    func madeLater() async throws {
        try await Workshop.open { workshop in
            let record = workshop.newID()
            refuse(workshop, "missing_site")
            try await workshop.want(record, ["phone": .text("1")], version: 1)
            try await workshop.sendAll()
            refuse(workshop, "missing_name")
            try await workshop.want(workshop.newID(), ["phone": .text("2")])
            try await workshop.sendAll()
            #expect(try await letters(workshop) == ["missing_site open", "missing_name open"])
            try await workshop.want(record, ["phone": .text("1"), "name": .text("Miller")], version: 2)
            try await workshop.sendAll()
            #expect(workshop.vendor.objects.count == 1)
            #expect(try await letters(workshop) == ["missing_site resolved", "missing_name open"])
        }
    }

    @Test("A letter about a field stays open while the field is held, and is not repeated by each newer state")
    func held() async throws {
        try await Workshop.open { workshop in
            let record = workshop.newID()
            for version in 1...2 {
                refuse(workshop, "bad_phone_\(version)", fields: ["phone"])
                try await workshop.want(
                    record, ["name": .text("Miller \(version)"), "phone": .text("x")], version: Int64(version))
                try await workshop.sendAll()
                #expect(try await workshop.work(record)?.held == ["phone"])
            }
            #expect(try await letters(workshop) == ["bad_phone_1 resolved", "bad_phone_2 open"])
            try await workshop.want(record, ["name": .text("Miller"), "phone": .text("555")], version: 3)
            try await workshop.sendAll()
            #expect(try await letters(workshop) == ["bad_phone_1 resolved", "bad_phone_2 resolved"])
        }
    }

    @Test("A newer state that fails as well leaves the letters open")
    func failsAgain() async throws {
        try await Workshop.open { workshop in
            let record = workshop.newID()
            for version in 1...2 {
                refuse(workshop, "missing_\(version)")
                try await workshop.want(record, ["phone": .text("\(version)")], version: Int64(version))
                try await workshop.sendAll()
            }
            #expect(try await letters(workshop) == ["missing_1 open", "missing_2 open"])
        }
    }

    @Test("A letter of an effect is closed when the effect is done, not before, by whichever state does it")
    func effect() async throws {
        try await Workshop.open { workshop in
            let record = workshop.newID()
            let effect = try await workshop.effect(on: record)
            for (version, code) in [(1, "missing_site"), (2, "missing_name")] {
                refuse(workshop, code)
                try await workshop.want(
                    record, ["phone": .text("\(version)")], version: Int64(version), effect: version == 1 ? effect : nil
                )
                try await workshop.sendAll()
                #expect(try await workshop.standing(effect).state == .dead)
            }
            #expect(try await letters(workshop) == ["missing_site open", "missing_name open"])
            let letter = try await workshop.standing(effect).letter
            #expect(letter != nil, "the effect names the letter of its work")
            try await workshop.want(record, ["phone": .text("2"), "name": .text("Miller")], version: 3)
            try await workshop.sendAll()
            let done = try await workshop.standing(effect)
            #expect(done.state == .done && done.native == workshop.client("c1"))
            #expect(try await letters(workshop) == ["missing_site resolved", "missing_name resolved"])
        }
    }
}
