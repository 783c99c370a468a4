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
    private let companies: [String]
    private let perSecond: Int
    private let made = Mutex<[Rename]>([])

    init(system: RunningSystem, companies: [String], perSecond: Int) {
        self.system = system
        self.companies = companies
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
                let company = companies[(first + number) % companies.count]
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

    /// The milliseconds from each commit at the CRM to that at the field service.
    ///
    /// A name that a newer one of the same customer has overtaken on its way has arrived with that.
    ///
    /// - Throws: when a customer has neither.
    func latencies(of renames: [Rename], in log: EffectLog) async throws -> [Double] {
        let count = made.withLock(\.count)
        var latencies: [Double] = []
        for rename in renames {
            guard let begun = await log.time(of: rename.name, at: "hubspot") else {
                throw DrillFailure("the CRM has not taken '\(rename.name)'")
            }
            var arrived: Int?
            for number in stride(from: rename.number, to: count, by: companies.count) where arrived == nil {
                arrived = await log.time(of: Self.name(number), at: "jobber")
            }
            guard let arrived else { throw DrillFailure("'\(rename.name)' has not arrived at the field service") }
            latencies.append(Double(arrived - begun) / 1e6)
        }
        return latencies.sorted()
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
