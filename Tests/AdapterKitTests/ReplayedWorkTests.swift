import CanonicalModel
import ConnectorKit
import IntegrationSupport
import Postgres
import SyncCore
import SyncStore
import Synchronization
import Testing

@testable import AdapterKit

@Suite("Work that is replayed", .database)
struct ReplayedWorkTests {
    private func refuse(_ workshop: Workshop) {
        workshop.vendor.next(
            .refuse(ConnectorFault(.validation, code: "bad", message: "it is bad", fix: "mend it", fields: [])))
    }

    /// Opens all letters, as the runner does.
    private func replay(_ workshop: Workshop, correction: (inout SyncCommand) -> Void = { _ in }) async throws {
        let rows = try await workshop.pool.run(DeadLetters.page(DeadLetters.Filter(), after: nil, limit: 10))
        let work = try rows.map { row in
            var command = try CommandCoding.decode(row.letter.payload)
            let before = command
            correction(&command)
            return WorkTable.Replayed(
                Place(record: command.record, connection: command.connection, entity: command.entity),
                correction: command == before
                    ? nil : .init(command.id, body: try CommandCoding.encode(command, schema: .current)))
        }
        let id = workshop.newID()
        try await workshop.pool.withTransaction { transaction in
            _ = try await transaction.run(
                Replays.start(
                    id, DeadLetters.Filter(), by: "ada", reason: "mended", filterText: "all", failureLimit: 5))
            _ = try await transaction.commit(
                running: WorkTable.lock(work.map(\.place)), WorkTable.replay(work),
                Replays.open(rows.map(\.letter.id), of: id))
        }
    }

    private func phone(_ workshop: Workshop) -> [PatchValue?] {
        workshop.vendor.objects.values.map { $0.fields[.customer]?["phone"] }
    }

    private func letters(_ workshop: Workshop) async throws -> [String] {
        try await workshop.pool.query("select state from dead_letter order by id").map { try $0[0, as: String.self] }
    }

    @Test("R17.7: letters of old states that are replayed bring the newest state, once, and close")
    func newest() async throws {
        try await Workshop.open { workshop in
            let record = workshop.newID()
            try await workshop.want(record, ["phone": .text("1")], version: 1)
            try await workshop.sendAll()
            for version in 2...3 {
                refuse(workshop)
                try await workshop.want(record, ["phone": .text("\(version)")], version: Int64(version))
                try await workshop.sendAll()
            }
            #expect(phone(workshop) == [.set(.text("1"))])
            try await replay(workshop)
            #expect(try await workshop.pool.query("select priority from work")[0][0, as: Int.self] == 2)
            let urgencies = Mutex<[SyncCommand.Priority]>([])
            workshop.vendor.whileSending.withLock {
                $0 = { urgencies.withLock { $0.append(CallPriority.current) } }
            }
            try await workshop.sendAll()
            #expect(urgencies.withLock { $0 } == [.background], "its calls leave room for live ones")
            #expect(phone(workshop) == [.set(.text("3"))])
            #expect(try await Set(letters(workshop)) == ["replayed"])
            #expect(try await workshop.work(record)?.state == .done)
        }
    }

    @Test("What a person has corrected is what the system gets; a newer state that has come meanwhile goes first")
    func corrected() async throws {
        try await Workshop.open { workshop in
            let record = workshop.newID()
            refuse(workshop)
            try await workshop.want(record, ["phone": .text("bad")], version: 1)
            try await workshop.sendAll()
            try await replay(workshop) { $0.desired["phone"] = .init(.set(.text("good"))) }
            try await workshop.sendAll()
            #expect(phone(workshop) == [.set(.text("good"))])
            #expect(try await letters(workshop) == ["replayed"])

            refuse(workshop)
            try await workshop.want(record, ["phone": .text("worse")], version: 2)
            try await workshop.sendAll()
            let old = try await workshop.pool.run(DeadLetters.page(DeadLetters.Filter(), after: nil, limit: 10))
            refuse(workshop)
            try await workshop.want(record, ["phone": .text("newer")], version: 3)
            try await workshop.sendAll()
            // The correction is of a command that no longer counts.
            let command = try CommandCoding.decode(old[0].letter.payload)
            try await replay(workshop) { given in
                given = command
                given.desired["phone"] = .init(.set(.text("too late")))
            }
            try await workshop.sendAll()
            #expect(phone(workshop) == [.set(.text("newer"))])
        }
    }
}
