import Foundation
import Glibc
import IntegrationSupport
import Postgres
import RandomSupport
import SandboxKit
import SandboxSupport
import Synchronization
import SystemSupport
import Testing

/// Many silent stops at random, on several connections at once; and a time in which nothing stops. They take long, and run
/// only when they are asked for: `PLUMBLINE_SILENT_STOPS=200`, `PLUMBLINE_CLEAN_MINUTES=60`, `PLUMBLINE_FAULT_SEED=7`.
@Suite("Many silent stops", .integration)
struct SilentStopSeries {
    private static func number(_ name: String) -> Int? {
        ProcessInfo.processInfo.environment[name].flatMap { Int($0) }
    }

    private static var seed: UInt64 { number("PLUMBLINE_FAULT_SEED").map { UInt64($0) } ?? .random(in: 1...1_000_000) }

    @Test(
        "R24.8: each of many overlapping silent stops alarms within a minute of its objective, and is over by itself",
        .enabled(if: number("PLUMBLINE_SILENT_STOPS") != nil, "PLUMBLINE_SILENT_STOPS is not set: how many"))
    func stops() async throws {
        let count = Self.number("PLUMBLINE_SILENT_STOPS") ?? 0
        let seed = Self.seed
        var generator = SeededGenerator(seed: seed)
        let objective = Int.random(in: 5...30, using: &generator)
        try await withSystem(on: try IntegrationSpace.required().servers, .impatient(objective)) { system in
            let series = Series(system: system, objective: .seconds(objective))
            try await series.prepare()
            let shares = Series.Place.all.enumerated().map { index, _ in
                count / Series.Place.all.count + (index < count % Series.Place.all.count ? 1 : 0)
            }
            var all: [Series.Outcome] = []
            try await withThrowingTaskGroup(of: [Series.Outcome].self) { group in
                for (place, share) in zip(Series.Place.all, shares) {
                    let own = SeededGenerator(seed: generator.next())
                    group.addTask { try await series.run(share, at: place, own) }
                }
                for try await outcomes in group { all += outcomes }
            }
            let missed = all.filter { $0.seconds == nil }
            let longest = all.compactMap(\.seconds).max() ?? 0
            print(
                "silent stops: \(all.count), unnoticed \(missed.count), objective \(objective) s, noticed after at most "
                    + String(format: "%.1f s, seed %d", longest, Int(seed)))
            for (name, outcomes) in Dictionary(grouping: all, by: \.name).sorted(by: { $0.key < $1.key }) {
                let times = outcomes.compactMap(\.seconds)
                print("  \(outcomes.count) \(name): at most " + String(format: "%.1f s", times.max() ?? 0))
            }
            #expect(missed.isEmpty, "\(missed)")
        }
    }

    @Test(
        "R24.8: while people work and nothing stops there is no alert",
        .enabled(if: number("PLUMBLINE_CLEAN_MINUTES") != nil, "PLUMBLINE_CLEAN_MINUTES is not set: how long"))
    func clean() async throws {
        let minutes = Self.number("PLUMBLINE_CLEAN_MINUTES") ?? 0
        try await withSystem(on: try IntegrationSpace.required().servers, .impatient) { system in
            let series = Series(system: system, objective: .seconds(5))
            try await series.prepare()
            let before = try await series.raised()
            let end = ContinuousClock.now + .seconds(60 * minutes)
            var round = 0
            while .now < end {
                round += 1
                for place in Series.Place.all { try await series.change(at: place, "round \(round)") }
                _ = try? await eventually("a pause", within: .seconds(15), every: .seconds(5)) { () -> Bool? in nil }
            }
            let alerts = try await series.raised()
            print("clean minutes: \(minutes), rounds of changes \(round), alerts \(alerts.count - before.count)")
            if alerts != before { print("webhooks that did not arrive at once: \(try await series.undelivered())") }
            #expect(alerts == before)
        }
    }
}

/// A system in which things stop.
private struct Series: Sendable {
    /// Where something stops: a connection, with the objects that people change there.
    struct Place: Sendable {
        var connection: String
        var service: SystemService
        var type: String
        var field: String

        static let all = [
            Place(
                connection: "hubspot", service: .crmAdapter, type: "companies", field: "name"),
            Place(
                connection: "jobber", service: .fsmAdapter, type: "Client", field: "companyName"),
            Place(
                connection: "quickbooks", service: .ledgerAdapter, type: "Customer", field: "DisplayName"),
        ]
    }

    /// What became of a stop.
    struct Outcome: Sendable, CustomStringConvertible {
        var name: String
        var place: String
        /// After how many seconds there was an alert; nil where there was none in time.
        var seconds: Double?

        var description: String { "\(name) at \(place): \(seconds.map { "\($0) s" } ?? "unnoticed")" }
    }

    /// A kind of stop at a place: the alert that it must raise, how it begins and how it ends.
    private struct Stop {
        var name: String
        var kind: String
        var subject: String
        var begin: () async throws -> Void
        var end: () async throws -> Void
    }

    let system: RunningSystem
    let objective: Duration
    private let objects = Objects()

    /// What people change, by connection.
    private final class Objects: Sendable {
        let ids = Mutex<[String: [String]]>([:])
    }

    init(system: RunningSystem, objective: Duration) {
        self.system = system
        self.objective = objective
    }

    func client(_ place: Place) -> SandboxClient {
        switch place.service {
        case .crmAdapter: system.hubspot
        case .fsmAdapter: system.jobber
        default: system.quickbooks
        }
    }

    /// Objects of which webhooks have told, and nothing wrong.
    func prepare() async throws {
        for place in Place.all {
            try await create(at: place)
            try await eventually("webhooks of \(place.connection) were heard") {
                try await number(
                    "select count(*) from webhook_source where connection = \(place.connection) and heard_at is not null"
                )
                    > 0
            }
        }
        try await isOver("select count(*) from alert where resolved_at is null")
    }

    private func create(at place: Place) async throws {
        let answer = try await act(
            at: place, (0..<2).map { entry("create", at: place, nil, "\(place.connection) \($0)") })
        let made = (answer["ids"]?.arrayValue ?? []).compactMap { $0.stringValue ?? $0.intValue.map(String.init) }
        try #require(made.count == 2, "\(answer)")
        objects.ids.withLock { $0[place.connection] = made }
    }

    /// People change both objects of a place.
    func change(at place: Place, _ word: String) async throws {
        let known = objects.ids.withLock { $0[place.connection] ?? [] }
        try await act(at: place, known.map { entry("update", at: place, $0, "\(place.connection) \($0) \(word)") })
    }

    private func entry(_ action: String, at place: Place, _ id: String?, _ name: String) -> JSON {
        let fields: JSON = [place.field: .string("Firm \(name)")]
        return [
            "action": .string(action), "type": .string(place.type), "id": .optional(id),
            place.service == .crmAdapter ? "properties" : "fields": fields,
        ]
    }

    @discardableResult
    private func act(at place: Place, _ actions: [JSON]) async throws -> JSON {
        try await client(place).control("POST", "act", ["user": "maria", "actions": .array(actions)])
    }

    /// Stops things at a place, one after the other.
    func run(_ count: Int, at place: Place, _ generator: SeededGenerator) async throws -> [Outcome] {
        var generator = generator
        var outcomes: [Outcome] = []
        for number in 0..<count {
            let stops = try await stops(at: place, number: number)
            guard let stop = stops.randomElement(using: &generator) else { continue }
            let start = ContinuousClock.now
            try await stop.begin()
            let open: SQL = """
                select count(*) from alert where kind = \(stop.kind) and starts_with(subject, \(stop.subject))
                    and raised_at is not null and resolved_at is null
                """
            let seconds = await self.seconds(from: start, until: stop.name, open)
            outcomes.append(Outcome(name: stop.name, place: place.connection, seconds: seconds))
            try await stop.end()
            try await isOver(open)
        }
        return outcomes
    }

    /// After how many seconds there was an alert; nil where there was none within a minute of the objective.
    private func seconds(from start: ContinuousClock.Instant, until what: String, _ open: SQL) async -> Double? {
        do {
            try await eventually(what, within: objective + .seconds(60)) { try await number(open) > 0 }
            return (ContinuousClock.now - start) / .seconds(1)
        } catch {
            return nil
        }
    }

    private func stops(at place: Place, number: Int) async throws -> [Stop] {
        let vendor = client(place)
        let nobody = "nobody-\(place.connection)"
        let word = "stop \(number)"
        let loops = try await system.pool.query(
            "select name from loop_progress where starts_with(name, \("poll/\(place.connection)/")) order by name"
        ).map { try $0[0, as: String.self] }
        func hold(_ lease: String) async throws {
            try await system.pool.execute(
                """
                insert into lease (name, holder, until)
                values (\(lease), \(nobody), clock_timestamp() + interval '1 hour')
                on conflict (name) do update set
                    holder = excluded.holder, until = excluded.until, epoch = excluded.epoch
                """)
        }
        let release = { _ = try await system.pool.execute("delete from lease where holder = \(nobody)") }
        var stops = [
            Stop(
                name: "webhook source mute", kind: "webhook_silence", subject: "\(place.connection) ",
                begin: {
                    try await vendor.control("POST", "webhooks/hold")
                    try await change(at: place, word)
                }, end: { try await vendor.control("POST", "webhooks/release", [:]) }),
            Stop(
                name: "lane held", kind: "freshness", subject: "\(place.connection) > ",
                begin: {
                    try await system.pool.execute(
                        """
                        insert into lane (connection, key, holder, until)
                        select distinct connection, native_type || '/' || native_id, \(nobody),
                            clock_timestamp() + interval '1 hour'
                        from shadow where connection = \(place.connection)
                        on conflict (connection, key) do update set
                            holder = excluded.holder, until = excluded.until, epoch = excluded.epoch
                        """)
                    try await change(at: place, word)
                }, end: { try await system.pool.execute("delete from lane where holder = \(nobody)") }),
            Stop(
                name: "token dead", kind: "token", subject: place.connection,
                begin: { try await vendor.fault(["kind": "expired-token"], path: "**", count: -1) },
                end: { try await vendor.control("DELETE", "faults") }),
            Stop(
                name: "relay stopped with its process", kind: "replica", subject: "\(place.service) ",
                begin: { system.send(SIGSTOP, to: place.service) }, end: { system.send(SIGCONT, to: place.service) }),
            Stop(
                name: "canary path cut", kind: "canary", subject: "\(place.connection) > ",
                begin: { try await hold("canary/\(place.connection)") }, end: release),
        ]
        stops += loops.prefix(1).map { loop in
            Stop(
                name: "poller stuck", kind: "stalled_loop", subject: loop, begin: { try await hold(loop) }, end: release
            )
        }
        return stops
    }

    /// Every alert that was ever raised, in words.
    func raised() async throws -> [String] {
        try await system.pool.query(
            "select kind || ' ' || subject || ': ' || cause from alert where raised_at is not null order by raised_at, id"
        ).map { try $0[0, as: String.self] }
    }

    /// What vendors know of webhooks that nobody took.
    func undelivered() async throws -> [String] {
        var attempts: [String] = []
        for place in Place.all {
            let log = try await client(place).control("GET", "webhooks?limit=20000")
            attempts += (log["deliveries"]?.arrayValue ?? []).filter { $0["outcome"]?.stringValue != "delivered" }.map {
                "\(place.connection): \($0)"
            }
        }
        return attempts
    }

    private func isOver(_ open: SQL) async throws {
        do {
            try await eventually("the alerts are over", within: .seconds(180)) { try await number(open) == 0 }
        } catch {
            Issue.record("\(try await system.plumbline(["status"]).text)")
            throw error
        }
    }

    private func number(_ statement: SQL) async throws -> Int {
        try await system.pool.query(statement)[0][0, as: Int.self]
    }
}
