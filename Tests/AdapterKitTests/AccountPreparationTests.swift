import CanonicalModel
import ConnectorKit
import IntegrationSupport
import Logging
import Postgres
import SyncCore
import SyncStore
import Synchronization
import Testing

@testable import AdapterKit

@Suite("The preparation of an account", .database)
struct AccountPreparationTests {
    private let refused = ConnectorFault(
        .authentication, code: "http_401", message: "the token is refused", fix: "put a valid token into the file")

    @Test("R17.2: what keeps an account from being prepared opens its circuit until the account is prepared")
    func failing() async throws {
        try await Workshop.open { workshop in
            let states = Mutex<[Circuits.State]>([])
            workshop.vendor.refuseAll(with: refused)
            let preparation = preparation(workshop) {
                guard let state = try? await writing(workshop) else { return }
                let count = states.withLock {
                    $0.append(state)
                    return $0.count
                }
                if count == 6 { workshop.vendor.refuseAll(with: nil) }
            }
            #expect(await preparation.run())
            let seen = states.withLock(\.self)
            #expect(seen.count == 6)
            #expect(seen.prefix(4).allSatisfy { $0.isClosed }, "a moment's trouble at the start worries nobody")
            #expect(seen.suffix(2).allSatisfy { !$0.isClosed && $0.failureClass == .authentication })
            #expect(seen.last?.failure == "the account could not be prepared: the token is refused")
            #expect(seen.last?.fix == "put a valid token into the file")
            let state = try await writing(workshop)
            #expect(state.isClosed)
        }
    }

    @Test("A process that starts while a system is away leaves its circuit open since the outage began")
    func restarted() async throws {
        try await Workshop.open { workshop in
            try await workshop.pool.run(
                Circuits.failed(
                    Workshop.connection, .writing, .init(.transient, text: "away", fix: "wait"),
                    settings: .init(threshold: 1, pause: .zero, ceiling: .zero)))
            let since = try await writing(workshop).openedAt
            workshop.vendor.refuseAll(with: refused)
            let open = Mutex<[Instant?]>([])
            let preparation = preparation(workshop) {
                // Time passes, so that the next failure counts.
                _ = try? await workshop.pool.execute("update circuit set open_until = clock_timestamp()")
                guard let state = try? await writing(workshop) else { return }
                let count = open.withLock {
                    $0.append(state.openedAt)
                    return $0.count
                }
                if count == 6 { workshop.vendor.refuseAll(with: nil) }
            }
            #expect(await preparation.run())
            let seen = open.withLock(\.self)
            #expect(since != nil && seen == Array(repeating: since, count: 6))
        }
    }

    @Test("A replica whose credentials are wrong does not stop the others, whose are right")
    func misconfigured() async throws {
        try await Workshop.open { workshop in
            let rounds = Mutex(0)
            workshop.vendor.refuseAll(with: refused)
            let preparation = preparation(workshop) {
                // The other one writes between two attempts.
                try? await workshop.pool.run(Circuits.answered(Workshop.connection, .writing))
                let isClosed = try? await writing(workshop).isClosed
                #expect(isClosed == true)
                let count = rounds.withLock {
                    $0 += 1
                    return $0
                }
                if count == 8 { workshop.vendor.refuseAll(with: nil) }
            }
            #expect(await preparation.run())
            let count = rounds.withLock(\.self)
            #expect(count == 8)
        }
    }

    private func preparation(
        _ workshop: Workshop, pause: @escaping @Sendable () async -> Void
    ) -> AccountPreparation {
        AccountPreparation(
            connector: workshop.vendor, session: workshop.session, pool: workshop.pool, logger: Logger(label: "test")
        ) { _ in await pause() }
    }

    private func writing(_ workshop: Workshop) async throws -> Circuits.State {
        try #require(try await workshop.pool.run(Connections.all).first).health.writing
    }
}
