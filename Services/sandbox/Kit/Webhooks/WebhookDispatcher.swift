import AsyncHTTPClient
import Foundation
import Logging
import NIOCore
import NIOHTTP1
import ServiceLifecycle
import Synchronization

/// Delivers a vendor's webhooks: in batches, signed, tried again as the vendor does, with faults on demand.
///
/// Events of one endpoint leave in order, several deliveries at once; nothing else about their order is promised,
/// as with the vendors.
public final class WebhookDispatcher: Sendable {
    /// How many attempts the log remembers.
    private static let logLimit = 20_000

    fileprivate struct State {
        var queue: WebhookQueue
        var log = BoundedLog<WebhookDelivery>(limit: WebhookDispatcher.logLimit)
        var sequence: UInt64 = 0
        var totals: [WebhookDelivery.Outcome: Int] = [:]
    }

    private let state: Mutex<State>
    private let wake = WakeSignal()
    private let clock: SandboxClock
    private let logger: Logger
    private let seed: UInt64

    init(clock: SandboxClock, seed: UInt64, logger: Logger) {
        self.clock = clock
        self.seed = seed
        self.logger = logger
        state = Mutex(State(queue: WebhookQueue(seed: seed)))
        clock.onChange { [wake] in wake.signal() }
    }

    /// Takes an event to be delivered; only appends, so it may be called under a vendor's lock.
    public func enqueue(_ event: WebhookEvent) {
        enqueue([event])
    }

    /// Takes events to be delivered, in their order.
    public func enqueue(_ events: [WebhookEvent]) {
        guard !events.isEmpty else { return }
        let now = clock.now()
        state.withLock { state in
            for event in events {
                guard let dropped = state.queue.append(event, now: now) else { continue }
                state.record(dropped: [dropped], at: now, wall: clock.wallNanoseconds)
            }
        }
        wake.signal()
    }

    // MARK: Sending

    /// Sends until cancelled, by the vendor's policy and in its encoding.
    func run(vendor: any SandboxVendor) async throws {
        let policy = vendor.webhookPolicy
        var configuration = HTTPClient.Configuration(
            redirectConfiguration: .disallow,
            timeout: .init(connect: .seconds(2), read: .seconds(30)))
        configuration.connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit = max(1, policy.concurrency)
        // Shorter than receivers keep an idle connection open, so that none is closed just as a webhook leaves on it.
        configuration.connectionPool.idleTimeout = .seconds(20)
        configuration.decompression = .disabled
        let client = HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
        await withDiscardingTaskGroup { group in
            while !Task.isCancelled {
                let now = clock.now()
                let (ready, next) = state.withLock {
                    $0.queue.takeReady(now: now, batch: policy.maximumBatch, concurrency: policy.concurrency)
                }
                for attempt in ready {
                    group.addTask { await self.deliver(attempt, vendor: vendor, policy: policy, client: client) }
                }
                await wake.wait(atMost: next.flatMap { clock.isFrozen ? nil : .milliseconds(max(1, $0 - now)) })
            }
            group.cancelAll()
        }
        try await client.shutdown()
    }

    private func deliver(
        _ attempt: WebhookAttempt, vendor: any SandboxVendor, policy: WebhookPolicy, client: HTTPClient
    ) async {
        let started = ContinuousClock.now
        let encoded = vendor.encodeWebhook(attempt.events, attempt: attempt.attempt)
        var status: Int?
        var failure: String?
        var retryAfter: Int64?
        do {
            var request = HTTPClientRequest(url: attempt.endpoint)
            request.method = .POST
            for (name, value) in encoded.headers { request.headers.add(name: name, value: value) }
            request.body = .bytes(encoded.body)
            let response = try await client.execute(request, timeout: TimeAmount(policy.timeout))
            status = Int(response.status.code)
            retryAfter = response.headers.first(name: "retry-after").flatMap { Int64($0) }.map { $0 * 1000 }
            _ = try? await response.body.collect(upTo: 1 << 16)
        } catch {
            failure = "\(error)"
            logger.debug("Webhook delivery failed", metadata: ["endpoint": "\(attempt.endpoint)", "error": "\(error)"])
        }
        let elapsed = Int((ContinuousClock.now - started) / .microseconds(1))
        let factor = vendor.stage.settings.values.webhookRetryFactor
        var scaled = policy
        scaled.retryDelays = policy.retryDelays.map { Int64(Double($0) * factor) }
        settle(attempt, status: status, failure: failure, retryAfter: retryAfter, policy: scaled, microseconds: elapsed)
    }

    private func settle(
        _ attempt: WebhookAttempt, status: Int?, failure: String?, retryAfter: Int64?, policy: WebhookPolicy,
        microseconds: Int
    ) {
        let now = clock.now()
        let isDelivered = status.map { (200..<300).contains($0) } ?? false
        let mayRetry = !isDelivered && (status.map(policy.retriesStatus) ?? true)
        let planned =
            policy.retryDelays.indices.contains(attempt.attempt - 1) ? policy.retryDelays[attempt.attempt - 1] : nil
        let delay = mayRetry ? planned.map { policy.honoursRetryAfter ? retryAfter ?? $0 : $0 } : nil
        state.withLock { state in
            state.queue.finished(attempt)
            if let delay { state.queue.retry(attempt, due: now.adding(milliseconds: delay)) }
            state.record(
                WebhookDelivery(
                    deliveryID: attempt.deliveryID, events: attempt.events, attempt: attempt.attempt,
                    outcome: isDelivered ? .delivered : delay != nil ? .willRetry : .failed, status: status,
                    failure: failure, at: now, wallNanoseconds: clock.wallNanoseconds, microseconds: microseconds))
        }
        wake.signal()
    }

    // MARK: By hand

    /// Stops sending; events pile up until they are released or dropped.
    public func hold() {
        state.withLock { $0.queue.hold() }
    }

    /// Sends again, what piled up first.
    public func release(reversed: Bool = false) {
        release(order: reversed ? .reversed : .original)
    }

    func release(order: WebhookQueue.ReleaseOrder) {
        state.withLock { $0.queue.release(order) }
        wake.signal()
    }

    /// Forgets all that waits; says how many events.
    @discardableResult
    public func dropWaiting() -> Int {
        let now = clock.now()
        return state.withLock { state in
            let dropped = state.queue.dropAll()
            if !dropped.isEmpty { state.record(dropped: dropped, at: now, wall: clock.wallNanoseconds) }
            return dropped.count
        }
    }

    /// Sends the events of one logged delivery again, or of all when nil.
    ///
    /// Says how many events will go out.
    @discardableResult
    public func redeliver(deliveryID: UInt64? = nil, copies: Int = 1) -> Int {
        let count = state.withLock { state in
            var seen: Set<UInt64> = []
            var events: [WebhookEvent] = []
            for position in 0..<state.log.count {
                let entry = state.log[position]
                guard deliveryID == nil || deliveryID == entry.deliveryID,
                    entry.deliveryID == 0 || seen.insert(entry.deliveryID).inserted
                else { continue }
                events += entry.events
            }
            for _ in 0..<max(1, copies) { state.queue.redeliver(events) }
            return events.count * max(1, copies)
        }
        wake.signal()
        return count
    }

    /// Adds a fault; gives its id.
    @discardableResult
    public func addFault(_ fault: WebhookFault) -> Int {
        state.withLock { $0.queue.addFault(fault) }
    }

    /// Removes all faults; what they delayed keeps its time.
    public func clearFaults() {
        state.withLock { $0.queue.clearFaults() }
    }

    var faults: [(id: Int, fault: WebhookFault, strikes: Int)] { state.withLock { $0.queue.faultList } }

    // MARK: Looking

    /// What waits.
    public struct Backlog: Sendable, Hashable {
        /// Events that go out next.
        public let queued: Int
        /// Deliveries under way.
        public let inFlight: Int
        /// Events that a fault delays.
        public let delayed: Int
        /// Deliveries that wait for their next attempt.
        public let retrying: Int
        /// Whether sending is stopped.
        public let isHeld: Bool
        /// Events refused because too many waited.
        public let refused: Int
    }

    /// What waits now.
    public var backlog: Backlog {
        state.withLock { state in
            Backlog(
                queued: state.queue.queued, inFlight: state.queue.inFlight, delayed: state.queue.delayed,
                retrying: state.queue.retrying, isHeld: state.queue.isHeld, refused: state.queue.refused)
        }
    }

    /// The attempts after a sequence number, oldest first.
    public func log(since: UInt64 = 0, limit: Int = 1_000) -> [WebhookDelivery] {
        state.withLock { state in
            let start = state.log.position(after: since)
            return (start..<min(state.log.count, start + limit)).map { state.log[$0] }
        }
    }

    /// How many attempts ended in each way.
    public var totals: [WebhookDelivery.Outcome: Int] { state.withLock { $0.totals } }

    func reset() {
        state.withLock { $0 = State(queue: WebhookQueue(seed: seed)) }
        wake.signal()
    }
}

extension WebhookDispatcher.State {
    fileprivate mutating func record(_ delivery: WebhookDelivery) {
        sequence += 1
        var delivery = delivery
        delivery.sequence = sequence
        log.append(delivery)
        totals[delivery.outcome, default: 0] += 1
    }

    fileprivate mutating func record(dropped events: [WebhookEvent], at now: SandboxInstant, wall: UInt64) {
        record(
            WebhookDelivery(
                deliveryID: 0, events: events, attempt: 0, outcome: .dropped, status: nil, failure: nil, at: now,
                wallNanoseconds: wall, microseconds: 0))
    }
}

/// The sending of one vendor's webhooks, for as long as its server runs.
struct WebhookSending: Service {
    let vendor: any SandboxVendor

    func run() async throws {
        try await cancelWhenGracefulShutdown {
            try await vendor.stage.webhooks.run(vendor: vendor)
        }
    }
}
