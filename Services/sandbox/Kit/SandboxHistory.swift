import Synchronization

/// Everything that was committed and asked, in order: what tests count and people read.
///
/// The lists forget their oldest entries above their limits; the totals do not.
public final class SandboxHistory: Sendable {
    /// How much is kept.
    public struct Limits: Sendable {
        /// The most changes.
        public var changes = 200_000
        /// The most requests.
        public var requests = 50_000
        /// The most bytes of a request's body.
        public var bodyBytes = 8_192

        /// The usual limits.
        public init() {}
    }

    /// What to look for; nil or empty means anything.
    public struct Query: Sendable {
        /// The vendor.
        public var vendor: String?
        /// The kind of object (changes only).
        public var objectType: String?
        /// The native id (changes only).
        public var nativeID: String?
        /// The operation.
        public var operation: String?
        /// The actor as text, such as `user:maria`.
        public var actor: String?
        /// The request's number.
        public var requestID: UInt64?
        /// A part of the request's target (requests only).
        public var target: String?
        /// The status (requests only).
        public var status: Int?
        /// Only what comes after this sequence number.
        public var since: UInt64 = 0
        /// The most entries to return.
        public var limit = 1_000

        /// A query for everything.
        public init() {}
    }

    private struct ChangeKey: Hashable {
        let vendor: String
        let objectType: String
        let operation: String
    }

    private struct StatusKey: Hashable {
        let vendor: String
        let status: Int
    }

    private struct State {
        var sequence: UInt64 = 0
        var changes: BoundedLog<SandboxChange>
        var requests: BoundedLog<SandboxRequestRecord>
        var changeTotals: [ChangeKey: Int] = [:]
        var statusTotals: [StatusKey: Int] = [:]
    }

    private let state: Mutex<State>
    private let clock: SandboxClock
    let limits: Limits

    /// An empty history, whose commits are stamped from the clock.
    public init(clock: SandboxClock, limits: Limits = Limits()) {
        self.clock = clock
        self.limits = limits
        state = Mutex(
            State(
                changes: BoundedLog(limit: limits.changes), requests: BoundedLog(limit: limits.requests)))
    }

    /// Appends a change; call it under the lock that guards the record, so that the sequence is the commit order.
    @discardableResult
    public func commit(_ change: SandboxChange) -> UInt64 {
        state.withLock { state in
            state.sequence += 1
            var change = change
            change.sequence = state.sequence
            change.wallNanoseconds = clock.wallNanoseconds
            state.changes.append(change)
            let key = ChangeKey(vendor: change.vendor, objectType: change.objectType, operation: change.operation)
            state.changeTotals[key, default: 0] += 1
            return state.sequence
        }
    }

    func append(_ request: SandboxRequestRecord) {
        state.withLock { state in
            state.sequence += 1
            var request = request
            request.sequence = state.sequence
            request.wallNanoseconds = clock.wallNanoseconds
            state.requests.append(request)
            state.statusTotals[StatusKey(vendor: request.vendor, status: request.status), default: 0] += 1
        }
    }

    /// The changes that match, oldest first.
    public func changes(_ query: Query = Query()) -> [SandboxChange] {
        state.withLock { state in
            Self.select(state.changes, query) { change in
                (query.vendor == nil || query.vendor == change.vendor)
                    && (query.objectType == nil || query.objectType == change.objectType)
                    && (query.nativeID == nil || query.nativeID == change.nativeID)
                    && (query.operation == nil || query.operation == change.operation)
                    && (query.requestID == nil || query.requestID == change.requestID)
                    && (query.actor == nil || query.actor == "\(change.actor)")
            }
        }
    }

    /// The requests that match, oldest first.
    public func requests(_ query: Query = Query()) -> [SandboxRequestRecord] {
        state.withLock { state in
            Self.select(state.requests, query) { request in
                (query.vendor == nil || query.vendor == request.vendor)
                    && (query.operation == nil || query.operation == request.operation)
                    && (query.requestID == nil || query.requestID == request.requestID)
                    && (query.status == nil || query.status == request.status)
                    && (query.target.map { request.target.contains($0) } ?? true)
                    && (query.actor == nil || query.actor == request.actor.map { "\($0)" })
            }
        }
    }

    /// The number of the last entry.
    public var lastSequence: UInt64 { state.withLock { $0.sequence } }

    /// How many entries were forgotten because of the limits.
    public var forgotten: Int { state.withLock { $0.changes.forgotten + $0.requests.forgotten } }

    /// How often each operation was committed on each kind of object of a vendor, since the beginning.
    public func changeTotals(vendor: String) -> [String: [String: Int]] {
        state.withLock { state in
            var totals: [String: [String: Int]] = [:]
            for (key, count) in state.changeTotals where key.vendor == vendor {
                totals[key.objectType, default: [:]][key.operation] = count
            }
            return totals
        }
    }

    /// How often each status was answered by a vendor, since the beginning.
    public func statusTotals(vendor: String) -> [Int: Int] {
        state.withLock { state in
            var totals: [Int: Int] = [:]
            for (key, count) in state.statusTotals where key.vendor == vendor { totals[key.status] = count }
            return totals
        }
    }

    /// Forgets everything; the sequence goes on.
    public func clear() {
        state.withLock { state in
            state.changes.removeAll()
            state.requests.removeAll()
            state.changeTotals.removeAll()
            state.statusTotals.removeAll()
        }
    }

    private static func select<Element>(
        _ log: BoundedLog<Element>, _ query: Query, _ matches: (Element) -> Bool
    ) -> [Element] {
        var found: [Element] = []
        var position = log.position(after: query.since)
        while position < log.count, found.count < query.limit {
            let element = log[position]
            if matches(element) { found.append(element) }
            position += 1
        }
        return found
    }
}
