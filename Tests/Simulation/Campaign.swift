/// Many schedules, played one after the other on several threads.
public struct Campaign: Sendable {
    /// The first seed.
    public let seed: UInt64
    /// How many schedules were played.
    public let count: Int
    /// The seeds of those that broke a promise, lowest first.
    public private(set) var failures: [UInt64] = []
    /// How many promises were broken, by invariant.
    public private(set) var violations: [String: Int] = [:]
    /// What people did in all of them.
    public private(set) var actions = 0
    /// What we wrote to vendors in all of them.
    public private(set) var writes = 0
    /// How many steps of services and other happenings there were in all of them.
    public private(set) var steps = 0
    /// How many records wait for a person because of a request that nobody could prevent.
    public private(set) var explained = 0
    /// How long it took.
    public private(set) var duration: Duration = .zero

    /// Plays `count` schedules from `seed` on.
    ///
    /// - Parameters:
    ///   - jobs: how many are played at once.
    ///   - kinds: what may go wrong.
    public static func run(
        _ simulation: Simulation, from seed: UInt64, count: Int, jobs: Int,
        kinds: [Fault.Kind] = Fault.Kind.allCases
    ) async -> Campaign {
        let start = ContinuousClock.now
        var campaign = Campaign(seed: seed, count: count)
        await withTaskGroup(of: Share.self) { group in
            for job in 0..<jobs {
                group.addTask {
                    Share(of: simulation, from: seed, offsets: stride(from: job, to: count, by: jobs), kinds)
                }
            }
            for await share in group { campaign.add(share) }
        }
        campaign.failures.sort()
        campaign.duration = ContinuousClock.now - start
        return campaign
    }

    private init(seed: UInt64, count: Int) {
        self.seed = seed
        self.count = count
    }

    private mutating func add(_ share: Share) {
        failures += share.failures
        violations.merge(share.violations, uniquingKeysWith: +)
        explained += share.explained
        actions += share.actions
        writes += share.writes
        steps += share.steps
    }

    /// How many schedules were played a minute.
    public var perMinute: Int { Int(Double(count) * 60 / (duration / .seconds(1))) }

    /// The figures in words.
    public var summary: String {
        var words =
            "\(count) schedules from seed \(seed), \(actions) actions, \(writes) writes to vendors, \(steps) steps, "
        words += "\(explained) records explained, "
        words += "\(perMinute) schedules a minute: "
        guard !failures.isEmpty else { return words + "0 violations" }
        let kinds = violations.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }.joined(separator: ", ")
        let seeds = failures.prefix(10).map(String.init).joined(separator: ", ")
        return words + "\(failures.count) fail (\(kinds)), of the seeds \(seeds)"
    }

    /// The figures as JSON.
    public var json: String {
        let kinds = violations.sorted { $0.key < $1.key }.map { "\"\($0.key)\": \($0.value)" }.joined(separator: ", ")
        return """
            {"seed": \(seed), "schedules": \(count), "actions": \(actions), "writes": \(writes), "explained": \(explained), \
            "schedules_per_minute": \(perMinute), "failed": \(failures.count), \
            "failing_seeds": \(failures.prefix(100).map(String.init)), "violations": {\(kinds)}}

            """.replacing("\"[", with: "[")
    }

    /// What one thread has played.
    private struct Share: Sendable {
        var failures: [UInt64] = []
        var violations: [String: Int] = [:]
        var actions = 0
        var writes = 0
        var steps = 0
        var explained = 0

        init(of simulation: Simulation, from seed: UInt64, offsets: StrideTo<Int>, _ kinds: [Fault.Kind]) {
            for offset in offsets {
                let number = seed &+ UInt64(offset)
                let play = simulation.play(Schedule(seed: number, kinds: kinds))
                actions += play.actions
                writes += play.writes
                steps += play.steps
                explained += play.explained
                guard !play.violations.isEmpty else { continue }
                failures.append(number)
                for violation in play.violations { violations[violation.invariant, default: 0] += 1 }
            }
        }
    }
}
