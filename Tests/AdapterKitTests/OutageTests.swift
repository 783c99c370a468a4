import CanonicalModel
import ConnectorKit
import IntegrationSupport
import Postgres
import SyncCore
import SyncStore
import Testing

@testable import AdapterKit

@Suite("The outage of a system", .database)
struct OutageTests {
    private let away = ConnectorFault(.transient, code: "http_503", message: "out of order", fix: "wait")

    @Test(
        "However long a system is away, what waits to be written there goes as soon as it is back, and once (R25.12)"
    )
    func writing() async throws {
        try await Workshop.open { workshop in
            let records = (0..<20).map { _ in workshop.newID() }
            for record in records { try await workshop.want(record, ["name": .text("Miller")]) }
            // Longer than any schedule of attempts.
            workshop.vendor.refuseAll(with: away)
            for _ in 0..<60 { try await turn(of: workshop) { try await workshop.egress().round() } }
            let tried = workshop.vendor.requests.count
            #expect(tried < 20 * 5 + 60, "\(tried) requests were made; after five rounds, one is made at a time")
            #expect(try await workshop.count("dead_letter") == 0)
            let state = try await health(workshop).writing
            #expect(!state.isClosed && state.failure == "out of order" && state.fix == "wait")

            for record in records { try await workshop.want(record, ["name": .text("Millner")], version: 2) }
            workshop.vendor.refuseAll(with: nil)
            try await workshop.pool.execute("update circuit set open_until = clock_timestamp()")
            // The first is a probe; what waits is due as soon as that is answered.
            try await workshop.sendAll()
            #expect(workshop.vendor.objects.count == 20)
            #expect(
                workshop.vendor.objects.values.allSatisfy { $0.fields[.customer]?["name"] == .set(.text("Millner")) })
            #expect(try await workshop.count("work where state <> 'done'") == 0)
            #expect(try await health(workshop).writing.isClosed)
        }
    }

    @Test("However long a system is away, what has changed there is read as soon as it is back (R25.12)")
    func reading() async throws {
        try await Workshop.open { workshop in
            for object in 1...20 {
                workshop.vendor.edit("\(object)", ["name": .set(.text("Miller"))])
                try await workshop.hint("\(object)")
            }
            // A page of a proxy instead of an answer is an outage, too.
            let page = ConnectorFault(.undecodable, code: "not_json", message: "the answer is no JSON", fix: "wait")
            for fault in [away, page] {
                workshop.vendor.refuseAll(with: fault)
                for _ in 0..<30 { try await turn(of: workshop) { try await workshop.ingest().round() } }
            }
            #expect(try await workshop.count("dead_letter") == 0)
            #expect(try await workshop.count("dirty") == 20)
            #expect(try await health(workshop).reading.isClosed == false)
            #expect(try await health(workshop).writing.isClosed, "nothing is known of writing")

            workshop.vendor.refuseAll(with: nil)
            try await workshop.pool.execute("update circuit set open_until = clock_timestamp()")
            for _ in 0..<2 { _ = try await workshop.ingest().round() }
            #expect(try workshop.published.events.count == 20)
            #expect(try await workshop.count("dirty") == 0)
        }
    }

    @Test("One record that its system cannot cope with is given up at last, and holds up nobody else (R25.12)")
    func oneBadRecord() async throws {
        try await Workshop.open { workshop in
            let bad = workshop.newID()
            workshop.vendor.refuse(record: bad, with: away)
            try await workshop.want(bad, ["name": .text("Miller")])
            for _ in 0..<25 {
                try await workshop.want(workshop.newID(), ["name": .text("Smith")])
                try await turn(of: workshop) { try await workshop.egress().round() }
                #expect(try await health(workshop).writing.isClosed)
            }
            #expect(workshop.vendor.objects.count == 25)
            #expect(try await workshop.work(bad)?.state == .dead)
            let letters = try await workshop.pool.query("select record from dead_letter")
            #expect(try letters.map { try $0[0, as: CanonicalID.self] } == [bad])
        }
    }

    @Test("Work that comes to no call is no probe: the next piece may go at once")
    func noCall() async throws {
        try await Workshop.open { workshop in
            let known = workshop.newID()
            try await workshop.want(known, ["name": .text("Miller")])
            try await workshop.sendAll()
            let settings = Circuits.Settings(threshold: 1, pause: .zero, ceiling: .zero)
            try await workshop.pool.run(
                Circuits.failed(
                    Workshop.connection, .writing, .init(.transient, text: "t", fix: "f"), settings: settings))
            // Nothing differs.
            try await workshop.want(known, ["name": .text("Miller")], version: 2)
            try await workshop.want(workshop.newID(), ["name": .text("Smith")])
            _ = try await workshop.egress().round()
            _ = try await workshop.egress().round()
            #expect(workshop.vendor.objects.count == 2)
            #expect(try await health(workshop).writing.isClosed)
        }
    }

    /// A round some time later: whatever waits for its time is due.
    private func turn(of workshop: Workshop, _ round: () async throws -> Bool) async throws {
        try await workshop.makeDue()
        try await workshop.pool.execute(
            "update circuit set open_until = clock_timestamp() where open_until is not null")
        _ = try await round()
    }

    private func health(_ workshop: Workshop) async throws -> Connections.Health {
        try #require(try await workshop.pool.run(Connections.all).first).health
    }
}
