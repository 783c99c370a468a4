import CanonicalModel
import ConnectorKit
import IntegrationSupport
import Logging
import Postgres
import SyncStore
import Synchronization
import Testing

@testable import AdapterKit

@Suite("The turns of a stream that is polled", .database)
struct StreamPollTests {
    private static let stream = PollStream(name: "clients", nativeType: "client", interval: .seconds(60))

    /// A poll on its own board; and the pauses that it makes, none of which takes any time.
    private func poll(_ workshop: Workshop, _ board: LoopBoard, _ pauses: Pauses) -> StreamPoll {
        board.register("poll/fsm/clients", every: .seconds(90), connection: Workshop.connection)
        return StreamPoll(
            connector: workshop.vendor, session: workshop.session, store: workshop.store(), stream: Self.stream,
            reading: WorkSignal(workers: 1), board: board, pool: workshop.pool, pause: { pauses.add($0) },
            logger: Logger(label: "test"))
    }

    private final class Pauses: Sendable {
        private let times = Mutex<[Duration]>([])
        func add(_ time: Duration) { times.withLock { $0.append(time) } }
        /// Those since this was asked last.
        func taken() -> [Duration] {
            times.withLock { times in
                defer { times = [] }
                return times
            }
        }
    }

    /// A list whose pages never join on: each shows an object of its own, and the round begins anew.
    private static func endless(_ cursor: String?) -> PollPage {
        let restarts = (cursor.flatMap { Int($0) } ?? 0) + 1
        return PollPage(
            changes: [ChangeHint(native: NativeReference(type: "client", id: "c\(restarts)"), topic: "poll")],
            cursor: "\(restarts)", hasMore: true, isAnew: true, restarts: restarts)
    }

    @Test("R24.4: a round without an end slows down, is told on the board, loses nothing, and is well once it ends")
    func endless() async throws {
        try await Workshop.open { workshop in
            let (board, pauses) = (LoopBoard(), Pauses())
            let poll = poll(workshop, board, pauses)
            workshop.vendor.pages.withLock { $0 = Self.endless }
            try await poll.turn()
            #expect(pauses.taken() == [1, 2, 4, 8, 16].map { .seconds($0) }, "then its next turn is waited for")
            let failure = try #require(board.news().first?.failure)
            #expect(failure.contains("clients of fsm") && failure.contains("plumbline sync force"))
            #expect(try await workshop.count("dirty") == 5)

            for seen in 6...7 {
                try await poll.turn()
                #expect(pauses.taken() == [.seconds(16)])
                #expect(board.news().first?.failure != nil)
                #expect(try await workshop.count("dirty") == seen, "what its pages show is read")
            }
            #expect(try await workshop.count("circuit where failures > 0") == 0, "the vendor answers")

            workshop.vendor.pages.withLock { $0 = { _ in PollPage(changes: [], cursor: "0", hasMore: false) } }
            try await poll.turn()
            let entry = try #require(board.news().first)
            #expect(entry.failure == nil && entry.doneAt != nil)
            #expect(pauses.taken().isEmpty)
        }
    }

    @Test("Pages of a round that has begun anew too often do not make it seem well")
    func between() async throws {
        try await Workshop.open { workshop in
            let (board, pauses) = (LoopBoard(), Pauses())
            workshop.vendor.pages.withLock { pages in
                pages = { cursor in
                    cursor == "first"
                        ? PollPage(changes: [], cursor: "anew", hasMore: true, isAnew: true, restarts: 9)
                        : PollPage(changes: [], cursor: "first", hasMore: true, restarts: 8)
                }
            }
            try await poll(workshop, board, pauses).turn()
            let entry = try #require(board.news().first)
            #expect(entry.doneAt == nil && entry.failure != nil)
        }
    }
}
