import NIOCore

/// A delivery that is about to be attempted.
struct WebhookAttempt: Sendable {
    let deliveryID: UInt64
    let endpoint: String
    let events: [WebhookEvent]
    let attempt: Int
}

/// What waits to be delivered, as a value: decides what goes next and what a fault does, and does no I/O.
struct WebhookQueue: Sendable {
    /// The order in which held events are let go.
    enum ReleaseOrder: String, Sendable {
        case original, reversed, shuffled
    }

    /// Events beyond this many are refused and counted.
    static let capacity = 200_000

    private enum Waiting {
        case event(WebhookEvent, untilNextOf: String?)
        case attempt(WebhookAttempt)
    }

    private struct Fault {
        let id: Int
        var fault: WebhookFault
        var strikes = 0

        mutating func strikes(_ generator: inout SplitMix64) -> Bool {
            if fault.skip > 0 {
                fault.skip -= 1
                return false
            }
            if let count = fault.count, count <= 0 { return false }
            if fault.probability < 1, generator.fraction() >= fault.probability { return false }
            if let count = fault.count { fault.count = count - 1 }
            strikes += 1
            return true
        }
    }

    private struct Endpoint {
        var events = CircularBuffer<WebhookEvent>()
        var inFlight = 0
    }

    private var endpoints: [String: Endpoint] = [:]
    // Sorted by due time; what waits for its time is little, what goes at once never comes here.
    private var later: [(due: SandboxInstant, waiting: Waiting)] = []
    private var faults: [Fault] = []
    private var generator: SplitMix64
    private var lastFaultID = 0
    private var lastDeliveryID: UInt64 = 0
    private(set) var isHeld = false
    private(set) var refused = 0

    init(seed: UInt64) {
        generator = SplitMix64(state: seed)
    }

    var queued: Int { endpoints.values.reduce(0) { $0 + $1.events.count } }
    var inFlight: Int { endpoints.values.reduce(0) { $0 + $1.inFlight } }
    var delayed: Int { later.count { if case .event = $0.waiting { true } else { false } } }
    var retrying: Int { later.count { if case .attempt = $0.waiting { true } else { false } } }

    // MARK: Coming in

    /// Takes an event; returns it when a fault drops it.
    mutating func append(_ event: WebhookEvent, now: SandboxInstant) -> WebhookEvent? {
        guard queued + later.count < Self.capacity else {
            refused += 1
            return nil
        }
        var copies = 1
        for index in faults.indices where faults[index].fault.matches(event) {
            guard faults[index].strikes(&generator) else { continue }
            switch faults[index].fault.kind {
            case .drop: return event
            case .duplicate(let more): copies += more
            case .delay(let milliseconds):
                insert(.event(event, untilNextOf: nil), due: now.adding(milliseconds: milliseconds))
                copies -= 1
            case .reorder(let milliseconds):
                insert(.event(event, untilNextOf: event.endpoint), due: now.adding(milliseconds: milliseconds))
                copies -= 1
            }
        }
        guard copies > 0 else { return nil }
        for _ in 0..<copies { endpoints[event.endpoint, default: Endpoint()].events.append(event) }
        releaseOvertaken(by: event.endpoint)
        return nil
    }

    /// Events that waited to be overtaken on this endpoint go now.
    private mutating func releaseOvertaken(by endpoint: String) {
        guard !later.isEmpty else { return }
        later.removeAll { entry in
            guard case .event(let event, untilNextOf: endpoint) = entry.waiting else { return false }
            endpoints[endpoint]?.events.append(event)
            return true
        }
    }

    mutating func retry(_ attempt: WebhookAttempt, due: SandboxInstant) {
        insert(
            .attempt(
                WebhookAttempt(
                    deliveryID: attempt.deliveryID, endpoint: attempt.endpoint, events: attempt.events,
                    attempt: attempt.attempt + 1)), due: due)
    }

    private mutating func insert(_ waiting: Waiting, due: SandboxInstant) {
        let position = later.firstIndex { $0.due > due } ?? later.count
        later.insert((due, waiting), at: position)
    }

    // MARK: Going out

    /// What goes out now, and when to ask again.
    mutating func takeReady(now: SandboxInstant, batch: Int, concurrency: Int) -> (
        ready: [WebhookAttempt], next: SandboxInstant?
    ) {
        guard !isHeld else { return ([], nil) }
        var ready: [WebhookAttempt] = []
        while let first = later.first, first.due <= now {
            later.removeFirst()
            switch first.waiting {
            case .event(let event, _): endpoints[event.endpoint, default: Endpoint()].events.append(event)
            case .attempt(let attempt):
                endpoints[attempt.endpoint, default: Endpoint()].inFlight += 1
                ready.append(attempt)
            }
        }
        for name in Array(endpoints.keys) {
            // Neither the endpoint nor the dictionary is held across a removal: that would copy all that waits.
            while let waiting = endpoints[name]?.events.count, waiting > 0,
                (endpoints[name]?.inFlight ?? 0) < concurrency
            {
                let events = endpoints[name].map { Array($0.events.prefix(batch)) } ?? []
                endpoints[name]?.events.removeFirst(events.count)
                endpoints[name]?.inFlight += 1
                lastDeliveryID += 1
                ready.append(WebhookAttempt(deliveryID: lastDeliveryID, endpoint: name, events: events, attempt: 1))
            }
        }
        return (ready, later.first?.due)
    }

    mutating func finished(_ attempt: WebhookAttempt) {
        endpoints[attempt.endpoint]?.inFlight -= 1
    }

    // MARK: By hand

    mutating func hold() {
        isHeld = true
    }

    mutating func release(_ order: ReleaseOrder) {
        isHeld = false
        for name in Array(endpoints.keys) {
            switch order {
            case .original: break
            case .reversed:
                let reversed = endpoints[name]?.events.reversed() ?? []
                endpoints[name]?.events = CircularBuffer(reversed)
            case .shuffled:
                let shuffled = endpoints[name]?.events.shuffled(using: &generator) ?? []
                endpoints[name]?.events = CircularBuffer(shuffled)
            }
        }
    }

    /// Forgets what waits; returns it.
    mutating func dropAll() -> [WebhookEvent] {
        var dropped: [WebhookEvent] = []
        for name in Array(endpoints.keys) {
            dropped += Array(endpoints[name]?.events ?? [])
            endpoints[name]?.events.removeAll()
        }
        for entry in later {
            switch entry.waiting {
            case .event(let event, _): dropped.append(event)
            case .attempt(let attempt): dropped += attempt.events
            }
        }
        later.removeAll()
        return dropped
    }

    mutating func redeliver(_ events: [WebhookEvent]) {
        for event in events { endpoints[event.endpoint, default: Endpoint()].events.append(event) }
    }

    mutating func addFault(_ fault: WebhookFault) -> Int {
        lastFaultID += 1
        faults.append(Fault(id: lastFaultID, fault: fault))
        return lastFaultID
    }

    mutating func clearFaults() {
        faults.removeAll()
    }

    var faultList: [(id: Int, fault: WebhookFault, strikes: Int)] { faults.map { ($0.id, $0.fault, $0.strikes) } }
}
