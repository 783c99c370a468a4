import CanonicalModel
import Postgres
import SandboxKit
import SandboxSupport
import Synchronization
import SystemSupport

/// People at the CRM who rename customers of theirs at a fixed rate, whatever else goes on.
final class LiveRenames: Sendable {
    /// A rename, by its number.
    struct Rename: Sendable {
        var number: Int
        var at: ContinuousClock.Instant

        var name: String { LiveRenames.name(number) }
    }

    private let system: RunningSystem
    private let customers: [LetterEstate.Customer]
    private let perSecond: Int
    private let made = Mutex<[Rename]>([])

    init(system: RunningSystem, customers: [LetterEstate.Customer], perSecond: Int) {
        self.system = system
        self.customers = customers
        self.perSecond = perSecond
    }

    /// Renames until it is cancelled.
    func run() async {
        let start = ContinuousClock.now
        let first = made.withLock(\.count)
        await withDiscardingTaskGroup { group in
            var number = 0
            while !Task.isCancelled {
                let due = start + .microseconds(number * 1_000_000 / perSecond)
                do {
                    try await Task.sleep(until: due, tolerance: .zero)
                } catch {
                    return
                }
                let rename = Rename(number: first + number, at: .now)
                let company = customer(of: rename).company
                made.withLock { $0.append(rename) }
                group.addTask { [self] in
                    // One that cannot be made is missed in the end, where each is looked for.
                    _ = try? await system.hubspot.control(
                        "POST", "act",
                        [
                            "user": "maria",
                            "actions": [
                                [
                                    "action": "update", "type": "companies", "id": .string(company),
                                    "properties": ["name": .string(rename.name)],
                                ]
                            ],
                        ])
                }
                number += 1
            }
        }
    }

    /// What was renamed between two moments.
    func renames(from start: ContinuousClock.Instant, to end: ContinuousClock.Instant) -> [Rename] {
        made.withLock { $0.filter { $0.at >= start && $0.at < end } }
    }

    private func customer(of rename: Rename) -> LetterEstate.Customer { customers[rename.number % customers.count] }

    /// The milliseconds from each commit at the CRM to that at the field service, ascending.
    ///
    /// - Throws: when a name has not arrived.
    func latencies(of renames: [Rename], in log: EffectLog) async throws -> [Double] {
        var latencies: [Double] = []
        for rename in renames { latencies.append(try await way(of: rename, in: log).milliseconds) }
        return latencies.sorted()
    }

    /// The slowest changes, each with what the audit log has of its record on the way, in milliseconds since the commit.
    func slowest(_ count: Int, of renames: [Rename], in log: EffectLog) async throws -> [String] {
        var ways: [(rename: Rename, way: Way)] = []
        for rename in renames { ways.append((rename, try await way(of: rename, in: log))) }
        var lines: [String] = []
        for (rename, way) in ways.sorted(by: { $0.way.milliseconds > $1.way.milliseconds }).prefix(count) {
            let begun = Int64(way.begun / 1000)
            let rows = try await system.pool.query(
                """
                select kind, coalesce(connection, ''), (extract(epoch from at) * 1000000)::bigint from audit
                where record = \(customer(of: rename).record)
                    and at between \(Instant(microseconds: begun)) and \(Instant(microseconds: Int64(way.arrived / 1000)))
                        + interval '1 second'
                order by id
                """)
            let steps = try rows.map { row in
                let after = (try row[2, as: Int64.self] - begun) / 1000
                return "\(after) \(try row[0, as: String.self]) \(try row[1, as: String.self])"
            }
            lines.append("\(rename.name), \(Int(way.milliseconds)): \(steps.joined(separator: ", "))")
        }
        return lines
    }

    /// From the commit at the CRM to that at the field service, in nanoseconds of the computer's clock.
    private struct Way {
        var begun: Int
        var arrived: Int

        var milliseconds: Double { Double(arrived - begun) / 1e6 }
    }

    /// A name that a newer one of the same customer has overtaken on its way has arrived with that.
    private func way(of rename: Rename, in log: EffectLog) async throws -> Way {
        guard let begun = await log.time(of: rename.name, at: "hubspot") else {
            throw DrillFailure("the CRM has not taken '\(rename.name)'")
        }
        for number in stride(from: rename.number, to: made.withLock(\.count), by: customers.count) {
            guard let arrived = await log.time(of: Self.name(number), at: "jobber") else { continue }
            return Way(begun: begun, arrived: arrived)
        }
        throw DrillFailure("'\(rename.name)' has not arrived at the field service")
    }

    /// The slowest change of each ten seconds, in milliseconds.
    func worst(
        from start: ContinuousClock.Instant, to end: ContinuousClock.Instant, in log: EffectLog
    ) async throws -> [Double] {
        let tenths = Dictionary(grouping: renames(from: start, to: end)) { Int(($0.at - start).inSeconds) / 10 }
        var worst: [Double] = []
        for (_, renames) in tenths.sorted(by: { $0.key < $1.key }) {
            worst.append(try await latencies(of: renames, in: log).last ?? 0)
        }
        return worst
    }

    static func name(_ number: Int) -> String { "Live \(number)" }

    /// The value that a part of all does not exceed.
    static func percentile(_ sorted: [Double], _ part: Double) -> Double {
        guard !sorted.isEmpty else { return .infinity }
        return sorted[min(max(Int((part * Double(sorted.count)).rounded(.up)), 1), sorted.count) - 1]
    }
}
