import CanonicalModel
import ConnectorKit
import IntegrationSupport
import Postgres
import SyncCore
import SyncStore
import Synchronization
import Testing
import VendorHTTP

@testable import AdapterKit

@Suite("Writing on Postgres", .database)
struct EgressOnPostgresTests {
    @Test("A record is created once, linked, and brought to its desired state (R2.6)")
    func create() async throws {
        try await Workshop.open { workshop in
            let record = workshop.newID()
            try await workshop.want(record, ["name": .text("Miller"), "phone": .text("555")])
            try await workshop.sendAll()
            #expect(workshop.vendor.requests.map(\.method) == [.post])
            let link = try #require(try await workshop.link(record))
            #expect(link.state == .active)
            #expect(link.native == workshop.client("c1"))
            #expect(try await workshop.work(record)?.state == .done)
            #expect(try await workshop.count("lane") == 0)
            #expect(try await workshop.count("intent where state <> 'done'") == 0)
        }
    }

    @Test("A command that comes twice, and an older one that comes late, change nothing")
    func late() async throws {
        try await Workshop.open { workshop in
            let record = workshop.newID()
            let first = try await workshop.want(record, ["name": .text("Miller")], version: 1)
            try await workshop.want(record, ["name": .text("Millner")], version: 3)
            try await workshop.sendAll()
            try await workshop.store().accept([first])
            try await workshop.want(record, ["name": .text("Mill")], version: 2)
            try await workshop.sendAll()
            #expect(workshop.vendor.requests.count == 1)
            #expect(workshop.vendor.objects["c1"]?.fields[.customer]?["name"] == .set(.text("Millner")))
        }
    }

    @Test("A newer command that wants what the system shows already sends nothing, and is done (R13.11)")
    func shown() async throws {
        try await Workshop.open { workshop in
            let record = workshop.newID()
            try await workshop.want(record, ["name": .text("Miller")], version: 1)
            try await workshop.sendAll()
            try await workshop.want(record, ["name": .text("Miller")], version: 2)
            try await workshop.sendAll()
            #expect(workshop.vendor.requests.map(\.method) == [.post])
            #expect(try await workshop.work(record)?.state == .done)
        }
    }

    @Test("Two replicas carry out one piece of work once")
    func replicas() async throws {
        try await Workshop.open { workshop in
            let records = (0..<20).map { _ in workshop.newID() }
            for record in records { try await workshop.want(record, ["name": .text("Miller")]) }
            try await withThrowingTaskGroup(of: Void.self) { group in
                for holder in ["a", "b", "c"] { group.addTask { try await workshop.sendAll(holder) } }
                try await group.waitForAll()
            }
            #expect(workshop.vendor.requests.count == 20)
            #expect(workshop.vendor.objects.count == 20)
        }
    }

    @Test("An answer that was lost is found by look-up before a newer state is sent, and nothing is made twice")
    func lostAnswer() async throws {
        try await Workshop.open { workshop in
            let record = workshop.newID()
            workshop.vendor.next(.loseAnswer)
            try await workshop.want(record, ["name": .text("Miller")], version: 1)
            _ = try await workshop.egress().round()
            #expect(try await workshop.count("intent where state = 'unknown'") == 1)
            try await workshop.want(record, ["name": .text("Millner")], version: 2)
            try await workshop.makeDue()
            try await workshop.sendAll()
            #expect(workshop.vendor.requests.map(\.method) == [.post, .patch])
            #expect(workshop.vendor.objects.count == 1)
            #expect(workshop.vendor.objects["c1"]?.fields[.customer]?["name"] == .set(.text("Millner")))
            #expect(try await workshop.link(record)?.state == .active)
        }
    }

    @Test("A request that was lost on its way is made again only once the look-up may be believed")
    func lostRequest() async throws {
        try await Workshop.open { workshop in
            let record = workshop.newID()
            workshop.vendor.next(.loseRequest)
            try await workshop.want(record, ["name": .text("Miller")])
            _ = try await workshop.egress().round()
            try await workshop.pool.execute("update intent set absent_after = clock_timestamp() + interval '1 hour'")
            try await workshop.makeDue()
            // One round would find it absent, and only the next one make it again.
            try await workshop.sendAll()
            #expect(try await workshop.count("intent where state = 'unknown'") == 1)
            #expect(workshop.vendor.requests.count == 1)
            try await workshop.pool.execute("update intent set absent_after = clock_timestamp()")
            try await workshop.makeDue()
            try await workshop.sendAll()
            #expect(workshop.vendor.objects.count == 1)
            #expect(try await workshop.work(record)?.state == .done)
        }
    }

    @Test(
        "An update whose answer is lost is read before anything newer goes, and is neither repeated nor a change of theirs"
    )
    func lostUpdate() async throws {
        try await Workshop.open { workshop in
            let record = workshop.newID()
            try await workshop.want(record, ["name": .text("Miller")], version: 1)
            try await workshop.sendAll()
            workshop.vendor.next(.loseAnswer)
            try await workshop.want(record, ["name": .text("Millner")], version: 2)
            _ = try await workshop.egress().round()
            try await workshop.want(record, ["name": .text("Mills")], version: 3)
            try await workshop.makeDue()
            try await workshop.sendAll()
            #expect(workshop.vendor.requests.count == 2, "nothing goes before the read")
            try await workshop.readAndSend()
            #expect(workshop.vendor.requests.map(\.method) == [.post, .patch, .patch])
            #expect(workshop.vendor.objects["c1"]?.fields[.customer]?["name"] == .set(.text("Mills")))
            #expect(try workshop.published.events.isEmpty)
            #expect(try await workshop.work(record)?.state == .done)
            #expect(try await workshop.count("audit where kind = 'repaired'") == 0)
        }
    }

    @Test(
        "An update of unknown outcome overwrites nothing that a person has entered since: that is read and told first",
        arguments: [true, false])
    func overtakenUpdate(isCrash: Bool) async throws {
        try await Workshop.open { workshop in
            let record = workshop.newID()
            try await workshop.want(record, ["name": .text("Miller")], version: 1)
            try await workshop.sendAll()
            workshop.vendor.next(.loseRequest)
            try await workshop.want(record, ["name": .text("Millner")], version: 2)
            _ = try await workshop.egress().round()
            if isCrash {
                // As it stands where the process ended before it could say that it does not know.
                try await workshop.pool.execute("update intent set state = 'open' where state = 'unknown'")
                try await workshop.pool.execute("delete from dirty")
            }
            workshop.vendor.edit("c1", ["name": .set(.text("Moeller"))])
            try await workshop.makeDue()
            try await workshop.sendAll("b")
            #expect(workshop.vendor.requests.count == 2)
            _ = try await workshop.ingest("b").round()
            #expect(try workshop.published.events.map(\.fields) == [["name": .set(.text("Moeller"))]])
            // The read has made it due.
            try await workshop.sendAll("b")
            #expect(workshop.vendor.objects["c1"]?.fields[.customer]?["name"] == .set(.text("Millner")))
            #expect(try await workshop.work(record)?.state == .done)
        }
    }

    @Test("A child waits for its parent and goes by itself once the parent is there (R2.8)")
    func parent() async throws {
        try await Workshop.open { workshop in
            let parent = workshop.newID()
            let child = workshop.newID()
            try await workshop.want(
                child, ["customer": .reference(.canonical(parent)), "first_name": .text("Robin")], entity: .contact)
            try await workshop.sendAll()
            #expect(workshop.vendor.requests.isEmpty)
            #expect(try await workshop.work(child, .contact)?.state == .waiting)
            #expect(try await workshop.count("park") == 1)
            try await workshop.want(parent, ["name": .text("Miller")])
            try await workshop.sendAll()
            #expect(try await workshop.work(child, .contact)?.state == .done)
            #expect(try await workshop.link(child, .contact)?.native == workshop.client("c1"))
            #expect(try await workshop.count("park") == 0)
        }
    }

    @Test("Of two contacts of one client, the first shares its object and the second gets one of its own")
    func embedded() async throws {
        try await Workshop.open { workshop in
            let parent = workshop.newID()
            try await workshop.want(parent, ["name": .text("Miller")])
            try await workshop.sendAll()
            let children = [workshop.newID(), workshop.newID()]
            for child in children {
                try await workshop.want(
                    child, ["customer": .reference(.canonical(parent)), "first_name": .text("Robin")], entity: .contact)
            }
            try await workshop.sendAll()
            let natives = [
                try await workshop.link(children[0], .contact)?.native,
                try await workshop.link(children[1], .contact)?.native,
            ]
            #expect(Set(natives) == [workshop.client("c1"), workshop.client("c2")])
        }
    }

    @Test("A field that the vendor refuses by name is held and named, and the others go")
    func refusedField() async throws {
        try await Workshop.open { workshop in
            let record = workshop.newID()
            workshop.vendor.next(
                .refuse(
                    ConnectorFault(
                        .validation, code: "bad_phone", message: "the phone is no phone", fix: "correct it",
                        fields: ["phone"])))
            try await workshop.want(record, ["name": .text("Miller"), "phone": .text("x")])
            try await workshop.sendAll()
            #expect(workshop.vendor.objects["c1"]?.fields[.customer] == ["name": .set(.text("Miller"))])
            #expect(try await workshop.work(record)?.held == ["phone"])
            let letter = try await workshop.pool.query("select code, state from dead_letter")
            #expect(try letter.map { try $0[0, as: String.self] } == ["bad_phone"])
        }
    }

    @Test("A value that the vendor rewrites twice is held and not sent for ever")
    func rewritten() async throws {
        try await Workshop.open { workshop in
            let record = workshop.newID()
            for _ in 0..<5 { workshop.vendor.next(.rewrite("phone", to: .text("+1 555"))) }
            try await workshop.want(record, ["name": .text("Miller"), "phone": .text("555")])
            try await workshop.sendAll()
            #expect(workshop.vendor.requests.count == 2)
            #expect(try await workshop.work(record)?.held == ["phone"])
        }
    }

    @Test("Whoever has lost a lane writes nothing of what came of its work")
    func lostLane() async throws {
        try await Workshop.open { workshop in
            let record = workshop.newID()
            try await workshop.want(record, ["name": .text("Miller")])
            workshop.vendor.whileSending.withLock { hook in
                hook = {
                    workshop.vendor.whileSending.withLock { $0 = nil }
                    _ = try? await workshop.pool.execute("update lane set epoch = nextval('epoch'), holder = 'b'")
                }
            }
            await #expect { _ = try await workshop.egress().round() } throws: {
                ($0 as? StoreError)?.code == .laneLost
            }
            #expect(try await workshop.count("intent where state = 'open'") == 1)
            #expect(try await workshop.link(record)?.state == .pending)
            try await workshop.pool.execute("delete from lane")
            try await workshop.sendAll()
            #expect(workshop.vendor.objects.count == 1)
            #expect(try await workshop.link(record)?.state == .active)
        }
    }

    @Test("Refused credentials open the circuit: work is taken in and not claimed, and goes on by itself afterwards")
    func circuit() async throws {
        try await Workshop.open { workshop in
            let record = workshop.newID()
            workshop.vendor.next(
                .refuse(ConnectorFault(.authentication, code: "401", message: "token", fix: "connect anew")))
            try await workshop.want(record, ["name": .text("Miller")])
            _ = try await workshop.egress().round()
            try await workshop.makeDue()
            #expect(try await workshop.egress().round() == false)
            try await workshop.want(record, ["name": .text("Millner")], version: 2)
            try await workshop.pool.execute("update circuit set open_until = clock_timestamp()")
            try await workshop.makeDue()
            try await workshop.sendAll()
            #expect(workshop.vendor.objects["c1"]?.fields[.customer]?["name"] == .set(.text("Millner")))
            let health = try await workshop.pool.run(Connections.all).first?.health
            #expect(health?.writing.failures == 0 && health?.writing.isClosed == true)
        }
    }

    @Test("Creates that a vendor turns away for a while are made under one key, and are made once (R13.4, R24.14)")
    func passing() async throws {
        try await Workshop.open { workshop in
            let record = workshop.newID()
            for failure in [FailureClass.rateLimited, .transient] {
                workshop.vendor.next(
                    .refuse(ConnectorFault(failure, code: "later", message: "not now", fix: "wait")))
            }
            try await workshop.want(record, ["name": .text("Miller")])
            for _ in 0..<3 {
                _ = try await workshop.egress().round()
                try await workshop.makeDue()
            }
            #expect(workshop.vendor.keys == ["\(record)-1", "\(record)-1", "\(record)-1"])
            #expect(workshop.vendor.objects.count == 1)
            #expect(try await workshop.link(record)?.state == .active)
        }
    }

    @Test("A series of unknown outcomes opens the circuit as other failures of a connection do (R13.4)")
    func unknownCircuit() async throws {
        try await Workshop.open { workshop in
            let record = workshop.newID()
            try await workshop.want(record, ["name": .text("Miller")], version: 1)
            try await workshop.sendAll()
            for _ in 0..<5 { workshop.vendor.next(.loseRequest) }
            try await workshop.want(record, ["name": .text("Millner")], version: 2)
            for attempt in 1...5 {
                _ = try await workshop.egress().round()
                let due = try await workshop.pool.query(
                    "select extract(epoch from due_at - updated_at)::float8 from work")[0][0, as: Double.self]
                let nominal = Double(5 << (attempt - 1))
                #expect((nominal * 0.49...nominal * 1.01).contains(due), "attempt \(attempt): \(due) s")
                guard attempt < 5 else { break }
                // What became of it is read, and settled.
                _ = try await workshop.ingest().round()
                try await workshop.makeDue()
                _ = try await workshop.egress().round()
            }
            let health = try #require(try await workshop.pool.run(Connections.all).first?.health)
            #expect(health.writing.failures == 5 && health.writing.openUntil != nil)
            try await workshop.makeDue()
            #expect(try await workshop.egress().round() == false)
        }
    }

    @Test("A command that cannot be read is a dead letter with its bytes, and the others of the batch go on")
    func unreadable() async throws {
        try await Workshop.open { workshop in
            let bad = AcceptedCommand(
                messageID: workshop.newID().description, generation: 1, connection: Workshop.connection, command: nil,
                fault: CodingFault.sample, body: Array("{".utf8), headers: [:])
            try await workshop.store().accept([bad])
            try await workshop.store().accept([bad])
            let letters = try await workshop.pool.query("select payload, connection, queue from dead_letter")
            let places = try letters.map { try [$0[1, as: String.self], $0[2, as: String.self]] }
            #expect(places == [["fsm", "commands.fsm"]])
            #expect(try letters.map { try $0[0, as: [UInt8].self] } == [Array("{".utf8)])
        }
    }
}

extension Workshop {
    /// Everything that waits for its time may go now.
    func makeDue() async throws {
        try await pool.execute("update work set due_at = clock_timestamp()")
        try await pool.execute("update dirty set due_at = clock_timestamp()")
    }
}

extension CodingFault {
    /// What a broken body gives.
    static var sample: CodingFault {
        do {
            _ = try CommandCoding.decode(Array("{".utf8))
            fatalError("a broken body was read")
        } catch {
            return error
        }
    }
}
