import Synchronization

/// What goes wrong with a request.
public enum FaultEffect: Sendable, Hashable {
    /// 429, with or without `Retry-After`.
    case rateLimited(retryAfterSeconds: Int?)
    /// A status of 500 to 599, nothing carried out.
    case serverError(status: Int)
    /// Carried out, then the socket closes without an answer.
    case loseAnswer
    /// The socket closes, nothing carried out.
    case closeBefore
    /// A wait before it is carried out.
    case delayBefore(milliseconds: Int64)
    /// A wait between the commit and the answer.
    case delayAfter(milliseconds: Int64)
    /// No answer within that time, carried out at its end, then the socket closes: a commit after the client gave up.
    case lateCommit(milliseconds: Int64)
    /// The token is refused as expired.
    case expiredToken
    /// A status of 200 whose body reports an error, nothing carried out.
    case errorBody
    /// A page of HTML where JSON is expected, nothing carried out.
    case html(status: Int)
    /// Searches of this request do not see changes younger than that.
    case indexLag(milliseconds: Int64)

    /// The effect's name in the control API and the history.
    public var kind: String {
        switch self {
        case .rateLimited: "rate-limited"
        case .serverError: "server-error"
        case .loseAnswer: "lose-answer"
        case .closeBefore: "close-before"
        case .delayBefore: "delay-before"
        case .delayAfter: "delay-after"
        case .lateCommit: "late-commit"
        case .expiredToken: "expired-token"
        case .errorBody: "error-body"
        case .html: "html"
        case .indexLag: "index-lag"
        }
    }
}

/// Which requests a fault strikes, how often, and what it does.
public struct FaultRule: Sendable {
    /// The method; nil means any.
    public var method: String?
    /// A pattern for the path: `*` stands for anything within a segment, `**` for anything; nil means any.
    public var path: String?
    /// Text that the body contains, for protocols with one path; nil means any.
    public var contains: String?
    /// What happens.
    public var effect: FaultEffect
    /// How many requests it strikes before it is spent; nil means no end.
    public var count: Int?
    /// How many matching requests pass before the first strike.
    public var skip: Int
    /// The chance of each strike, from 0 to 1.
    public var probability: Double

    /// A rule; by default it strikes the next matching request once.
    public init(
        _ effect: FaultEffect, method: String? = nil, path: String? = nil, contains: String? = nil,
        count: Int? = 1, skip: Int = 0, probability: Double = 1
    ) {
        self.effect = effect
        self.method = method
        self.path = path
        self.contains = contains
        self.count = count
        self.skip = skip
        self.probability = probability
    }
}

/// The faults planned for one vendor.
public final class FaultPlan: Sendable {
    private struct Entry {
        let id: Int
        var rule: FaultRule
        var strikes = 0
        var generator: SplitMix64
    }

    private struct State {
        var entries: [Entry] = []
        var lastID = 0
    }

    private let state = Mutex(State())
    private let seed: UInt64

    /// No faults; `seed` decides what a chance does.
    public init(seed: UInt64) {
        self.seed = seed
    }

    /// Adds a rule after those that are there; gives its id.
    @discardableResult
    public func add(_ rule: FaultRule, seed: UInt64? = nil) -> Int {
        state.withLock { state in
            state.lastID += 1
            let generator = SplitMix64(state: seed ?? self.seed &+ UInt64(state.lastID))
            state.entries.append(Entry(id: state.lastID, rule: rule, generator: generator))
            return state.lastID
        }
    }

    /// Removes one rule; says whether it was there.
    @discardableResult
    public func remove(_ id: Int) -> Bool {
        state.withLock { state in
            let count = state.entries.count
            state.entries.removeAll { $0.id == id }
            return state.entries.count < count
        }
    }

    /// Removes all rules.
    public func reset() {
        state.withLock { $0.entries.removeAll() }
    }

    /// The effects that strike this request, in the order of their rules.
    public func strike(method: String, path: String, body: [UInt8]) -> [FaultEffect] {
        state.withLock { state in
            guard !state.entries.isEmpty else { return [] }
            var effects: [FaultEffect] = []
            for index in state.entries.indices where state.entries[index].rule.matches(method, path, body) {
                if state.entries[index].rule.skip > 0 {
                    state.entries[index].rule.skip -= 1
                    continue
                }
                if let count = state.entries[index].rule.count, count <= 0 { continue }
                let chance = state.entries[index].rule.probability
                if chance < 1, state.entries[index].generator.fraction() >= chance { continue }
                if let count = state.entries[index].rule.count { state.entries[index].rule.count = count - 1 }
                state.entries[index].strikes += 1
                effects.append(state.entries[index].rule.effect)
            }
            return effects
        }
    }

    /// The rules with their strikes, spent ones included.
    var list: [(id: Int, rule: FaultRule, strikes: Int)] {
        state.withLock { $0.entries.map { ($0.id, $0.rule, $0.strikes) } }
    }
}

extension FaultRule {
    fileprivate func matches(_ method: String, _ path: String, _ body: [UInt8]) -> Bool {
        if let wanted = self.method, wanted.uppercased() != method { return false }
        if let pattern = self.path, !PathPattern(pattern).matches(path) { return false }
        if let text = contains, !body.contains(Array(text.utf8)) { return false }
        return true
    }
}

extension Collection where Element: Equatable {
    fileprivate func contains(_ wanted: [Element]) -> Bool {
        guard let first = wanted.first else { return true }
        var start = startIndex
        while let candidate = self[start...].firstIndex(of: first) {
            if self[candidate...].starts(with: wanted) { return true }
            start = index(after: candidate)
        }
        return false
    }
}

/// A path with wildcards: `*` within one segment, `**` across segments.
struct PathPattern {
    private let pattern: [UInt8]

    init(_ pattern: String) {
        self.pattern = Array(pattern.utf8)
    }

    func matches(_ path: String) -> Bool {
        Self.matches(pattern[...], Array(path.utf8)[...])
    }

    private static func matches(_ pattern: ArraySlice<UInt8>, _ text: ArraySlice<UInt8>) -> Bool {
        guard let first = pattern.first else { return text.isEmpty }
        guard first == UInt8(ascii: "*") else {
            return text.first == first && matches(pattern.dropFirst(), text.dropFirst())
        }
        let crossesSegments = pattern.dropFirst().first == first
        let rest = pattern.dropFirst(crossesSegments ? 2 : 1)
        var tail = text
        while true {
            if matches(rest, tail) { return true }
            guard let byte = tail.first, crossesSegments || byte != UInt8(ascii: "/") else { return false }
            tail = tail.dropFirst()
        }
    }
}
