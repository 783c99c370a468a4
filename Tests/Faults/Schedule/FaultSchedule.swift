import RandomSupport
import SystemSupport

/// What happens when, decided by a seed alone.
struct FaultSchedule: Sendable, Equatable {
    /// The faults in the order of their beginnings.
    let faults: [PlannedFault]

    /// Draws a schedule.
    ///
    /// Each kind comes at least as often as the profile says; the rest is drawn by weight. All faults end within the
    /// run, and none begins while another has the same thing in its hands.
    init(seed: UInt64, profile: FaultProfile, minutes: Double) {
        var generator = SeededGenerator(seed: seed)
        let length = Int(minutes * 60_000)
        var faults: [PlannedFault] = []
        for isHard in [true, false] {
            let kinds = profile.kinds.filter { $0.category.isHard == isHard }
            guard !kinds.isEmpty else { continue }
            let wanted = Int((isHard ? profile.hardPerMinute : profile.softPerMinute) * minutes)
            var drawn = kinds.flatMap { Array(repeating: $0, count: profile.least) }
            while drawn.count < wanted { drawn.append(Self.draw(kinds, &generator)) }
            drawn.shuffle(using: &generator)
            // What needs most for itself is placed first, while there is room.
            let needs = drawn.enumerated().sorted {
                ($0.element.need, $1.offset) > ($1.element.need, $0.offset)
            }
            for kind in needs.map(\.element) {
                if let fault = Self.place(kind, among: faults, length, &generator) { faults.append(fault) }
            }
        }
        self.faults = faults.sorted { ($0.begin, $0.seed) < ($1.begin, $1.seed) }
    }

    /// How often each kind comes.
    var counts: [FaultKind: Int] {
        faults.reduce(into: [:]) { $0[$1.kind, default: 0] += 1 }
    }

    private static func draw(_ kinds: [FaultKind], _ generator: inout SeededGenerator) -> FaultKind {
        let total = kinds.reduce(0) { $0 + $1.weight }
        var rest = Int.random(in: 0..<total, using: &generator)
        for kind in kinds {
            rest -= kind.weight
            if rest < 0 { return kind }
        }
        return kinds[0]
    }

    /// Finds a time at which nothing else is done to what the fault strikes; nil where there is none.
    private static func place(
        _ kind: FaultKind, among others: [PlannedFault], _ length: Int, _ generator: inout SeededGenerator
    ) -> PlannedFault? {
        for attempt in 0..<400 {
            // The first tries may draw any duration; later ones take the shortest, which finds room more easily.
            let range = kind.milliseconds
            let drawn = Self.skewed(range, &generator)
            let duration = min(attempt < 40 ? drawn : range.lowerBound, max(length / 3, 0))
            let latest = length - duration
            guard latest > 0 else { return nil }
            let fault = PlannedFault(
                kind: kind, begin: Int.random(in: 0..<latest, using: &generator), duration: duration,
                replica: Self.replica(of: kind, &generator),
                system: NativeSystem.allCases.randomElement(using: &generator) ?? .crm, seed: generator.next())
            if !others.contains(where: fault.conflicts) { return fault }
        }
        return nil
    }

    /// Short ones are more frequent than long ones, as in life.
    private static func skewed(_ range: ClosedRange<Int>, _ generator: inout SeededGenerator) -> Int {
        let most = Int.random(in: range, using: &generator)
        return Int.random(in: range.lowerBound...most, using: &generator)
    }

    private static func replica(of kind: FaultKind, _ generator: inout SeededGenerator) -> Int {
        guard case .service(let service) = kind.target else { return 0 }
        return Int.random(in: 0..<FaultProfile.replicas[service, default: 1], using: &generator)
    }
}

extension FaultCategory {
    /// Whether it strikes what we run, and not what others say to us.
    var isHard: Bool {
        switch self {
        case .process, .network, .storage, .clock: true
        case .vendor, .webhook: false
        }
    }
}

extension FaultKind {
    /// How often it is drawn, compared with others.
    fileprivate var weight: Int {
        switch (action, target) {
        case (.kill, .service): 6
        case (.kill, .postgres): 3
        case (.kill, _): 1
        case (.stop, _): 3
        case (.reset, _), (.cut, _), (.truncate, _): 6
        case (.silence, _), (.delay, _): 2
        case (.fill, _), (.alarm, _), (.wipe, _), (.skew, _): 1
        case (.loseAnswer, _), (.drop, _), (.duplicate, _): 3
        case (.expireToken, _): 1
        default: 2
        }
    }

    fileprivate var need: Int {
        switch target {
        case .everything: 1_000_000 + milliseconds.upperBound
        case .broker, .postgres: 100_000 + milliseconds.upperBound + recoveryMilliseconds
        default: milliseconds.upperBound
        }
    }
}
