import CanonicalModel
import RandomSupport

/// Who does what when, and what goes wrong: a value made from a seed, which can be made smaller.
public struct Schedule: Hashable, Sendable {
    /// Decides everything that the schedule leaves open: how long each step takes, which of several is first.
    public var seed: UInt64
    /// What people do.
    public var actions: [Action]
    /// What goes wrong.
    public var faults: [Fault]

    /// How many records there are.
    public static let records = 3
    /// How long people work, in microseconds.
    static let length: Int64 = 240_000_000

    /// Takes the parts.
    public init(seed: UInt64, actions: [Action], faults: [Fault]) {
        self.seed = seed
        self.actions = actions
        self.faults = faults
    }

    /// The schedule of a seed: at least 20 actions on three records in all roles, at least 3 faults.
    ///
    /// - Parameter kinds: what may go wrong.
    public init(seed: UInt64, kinds: [Fault.Kind] = Fault.Kind.allCases) {
        var random = SeededGenerator(seed: seed)
        var actions: [Action] = []
        var mark = 0
        for record in 0..<Self.records {
            var time = Int64.random(in: 0...20_000_000, using: &random)
            for kind in Self.course(of: record, drawnFrom: &random) {
                mark += 1
                actions.append(Action(kind: kind, record: record, at: time, mark: mark))
                // Some things are done in one go, others minutes apart.
                time +=
                    random.chance(0.4)
                    ? .random(in: 10_000...1_000_000, using: &random)
                    : .random(in: 1_000_000...40_000_000, using: &random)
            }
        }
        actions.sort { ($0.at, $0.mark) < ($1.at, $1.mark) }
        let faults = (0..<Int.random(in: 3...6, using: &random)).map { _ in
            Fault(drawnFrom: &random, kinds, near: actions)
        }
        self.init(seed: seed, actions: actions, faults: faults.sorted { $0.at < $1.at })
    }

    /// What is done with a record, in this order.
    private static func course(of record: Int, drawnFrom random: inout SeededGenerator) -> [Action.Kind] {
        var course: [Action.Kind] = [.enterCustomer, .approveEstimate, .startJob, .completeJob]
        // Each role has something to do, whatever is drawn besides.
        var drawn: [Action.Kind] = [[.pay, .setTerms, .rename][record % 3]]
        for _ in 0..<Int.random(in: 2...3, using: &random) {
            drawn.append(others.randomElement(using: &random) ?? .rename)
        }
        // Who proposes something often thinks better of it.
        for _ in drawn.filter({ $0 == .correctPhone }) where random.chance(0.5) { drawn.append(.takePhoneBack) }
        for kind in drawn {
            // What a step is about must be there some day: a job for the crew, an invoice for the books.
            let needed: Action.Kind =
                kind.role == .ledger || kind == .writeNumber
                ? .completeJob : kind.role == .fsm ? .approveEstimate : .enterCustomer
            let first = (course.firstIndex(of: needed) ?? 0) + 1
            course.insert(kind, at: Int.random(in: first...course.count, using: &random))
        }
        return course
    }

    private static let others: [Action.Kind] = [
        .rename, .rename, .changePhone, .noteWork, .noteWork, .renameInField, .correctPhone, .takePhoneBack, .setTerms,
        .pay, .pay, .writeNumber,
    ]
}

extension Fault {
    fileprivate init(drawnFrom random: inout SeededGenerator, _ kinds: [Kind], near actions: [Action]) {
        let kind = kinds.randomElement(using: &random) ?? .kill
        let isRouter = [.kill, .killAtStep, .sleep].contains(kind) && random.chance(0.25)
        let duration: ClosedRange<Int64> =
            switch kind {
            case .kill, .killAtStep, .killAtSend: 1_000_000...20_000_000
            case .sleep: 5_000_000...150_000_000
            case .sleepAtSend: 55_000_000...180_000_000
            case .outage: 5_000_000...120_000_000
            case .storeAway: 1_000_000...15_000_000
            case .messagesRepeated: 30_000_000...200_000_000
            case .brokerWiped: 1_000_000...20_000_000
            case .changesHidden: 60_000_000...300_000_000
            default: 10_000_000...90_000_000
            }
        // Most of what goes wrong is of interest while something happens.
        var at = Int64.random(in: 0...Schedule.length, using: &random)
        if random.chance(0.6), let action = actions.randomElement(using: &random) {
            at = max(action.at - .random(in: 0...5_000_000, using: &random), 0)
        }
        self.init(
            kind: kind, at: at, duration: .random(in: duration, using: &random),
            role: isRouter ? nil : Role.allCases.randomElement(using: &random),
            replica: .random(in: 0...1, using: &random),
            step: .random(in: 1...(kind == .killAtStep ? 600 : 12), using: &random))
    }
}

extension SeededGenerator {
    /// True with a probability.
    mutating func chance(_ probability: Double) -> Bool {
        Double(next() >> 11) * 0x1p-53 < probability
    }

    /// A number of a range, without the modulo's cost of fairness.
    mutating func draw(_ range: ClosedRange<Int64>) -> Int64 {
        range.lowerBound + Int64(next() % UInt64(range.upperBound - range.lowerBound + 1))
    }
}
