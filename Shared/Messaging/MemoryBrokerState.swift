/// What a `MemoryBroker` holds; every change is one call under its lock.
struct MemoryBrokerState {
    struct Stored {
        var message: OutgoingMessage
        var deaths: [MemoryDeath] = []
        var deliveries = 0
    }

    struct Queue {
        let definition: Topology.Queue
        var ready: [Stored] = []
    }

    struct Source {
        let queue: String
        let prefetch: Int
        let maxBatch: Int
        var epoch: UInt64 = 1
        var nextTag: UInt64 = 1
        var unsettled: [UInt64: Stored] = [:]
        var callers: [BatchSlot] = []
    }

    struct Answer {
        let continuation: CheckedContinuation<[IncomingMessage], any Error>
        let batch: [IncomingMessage]
    }

    private(set) var topology = Topology()
    private(set) var queues: [String: Queue] = [:]
    private var sources: [Int: Source] = [:]
    private var nextSource = 1

    mutating func declare(_ other: Topology) -> [String] {
        let faults = topology.merging(other).faults
        guard faults.isEmpty else {
            let mismatches = mismatches(with: other)
            return mismatches.isEmpty ? faults : mismatches
        }
        topology = topology.merging(other)
        for queue in other.queues where queues[queue.name] == nil { queues[queue.name] = Queue(definition: queue) }
        return []
    }

    private func mismatches(with other: Topology) -> [String] {
        let exchanges = other.exchanges.compactMap { wanted in
            topology.exchanges.first { $0.name == wanted.name && $0 != wanted }.map { found in
                "exchange \(wanted.name) has type \(found.kind.rawValue), but should have \(wanted.kind.rawValue)"
            }
        }
        let different = other.queues.compactMap { wanted -> String? in
            guard let found = queues[wanted.name]?.definition, found != wanted else { return nil }
            let names = Set(found.arguments.keys).union(wanted.arguments.keys).sorted()
            let differences = names.filter { found.arguments[$0] != wanted.arguments[$0] }.map { name in
                let sides = [found, wanted].map { $0.arguments[name]?.description ?? "none" }
                return "\(name) \(sides[0]), but should have \(sides[1])"
            }
            return "queue \(wanted.name) has " + differences.joined(separator: "; ")
        }
        return exchanges + different
    }

    mutating func delete(exchange: String) {
        topology.exchanges.removeAll { $0.name == exchange }
        topology.bindings.removeAll { $0.exchange == exchange }
    }

    mutating func publish(_ message: OutgoingMessage, now: Int64) -> PublishOutcome {
        if let fault = message.fault { return .returned(code: fault.code, reason: fault.reason) }
        guard message.exchange.isEmpty || topology.exchanges.contains(where: { $0.name == message.exchange }) else {
            return .returned(code: 404, reason: "NOT_FOUND - no exchange '\(message.exchange)'")
        }
        let targets = topology.route(exchange: message.exchange, key: message.routingKey)
        guard !targets.isEmpty else { return .returned(code: 312, reason: "NO_ROUTE") }
        var outcome = PublishOutcome.confirmed
        for target in targets where !store(Stored(message: message), in: target, now: now) { outcome = .refused }
        return outcome
    }

    private mutating func store(_ stored: Stored, in name: String, now: Int64) -> Bool {
        guard let queue = queues[name] else { return false }
        if let limit = queue.definition.maxLength, queue.ready.count >= limit {
            if queue.definition.overflow == .rejectPublish { return false }
            queues[name]?.ready.removeFirst()
            bury(queue.ready[0], from: name, reason: "maxlen", now: now)
        }
        queues[name]?.ready.append(stored)
        return true
    }

    private mutating func bury(_ stored: Stored, from queue: String, reason: String, now: Int64) {
        guard let address = queues[queue]?.definition.deadLetter else { return }
        var dead = stored
        dead.deaths = MemoryDeath.adding(
            queue: queue, reason: reason, message: stored.message, time: now, to: stored.deaths)
        dead.deliveries = 0
        dead.message.headers.merge(MemoryDeath.headers(of: dead.deaths)) { $1 }
        dead.message.exchange = address.exchange
        dead.message.routingKey = address.routingKey
        for target in topology.route(exchange: address.exchange, key: address.routingKey) {
            _ = store(dead, in: target, now: now)
        }
    }

    mutating func openSource(queue: String, prefetch: Int, maxBatch: Int) -> Int {
        defer { nextSource += 1 }
        sources[nextSource] = Source(queue: queue, prefetch: max(1, prefetch), maxBatch: max(1, maxBatch))
        return nextSource
    }

    /// False when the source is closed.
    mutating func wait(_ slot: BatchSlot, source: Int) -> Bool {
        guard sources[source] != nil else { return false }
        sources[source]?.callers.append(slot)
        return true
    }

    mutating func acknowledge(_ token: DeliveryToken, source: Int) {
        guard sources[source]?.epoch == token.epoch else { return }
        sources[source]?.unsettled[token.tag] = nil
    }

    mutating func reject(_ token: DeliveryToken, source id: Int, now: Int64) {
        guard let source = sources[id], source.epoch == token.epoch,
            let stored = sources[id]?.unsettled.removeValue(forKey: token.tag)
        else { return }
        bury(stored, from: source.queue, reason: "rejected", now: now)
    }

    mutating func dropConnections(now: Int64) {
        for id in sources.keys.sorted() { putBack(source: id, now: now) }
    }

    mutating func closeSource(_ id: Int) -> [BatchSlot] {
        putBack(source: id, now: 0)
        return sources.removeValue(forKey: id)?.callers ?? []
    }

    private mutating func putBack(source id: Int, now: Int64) {
        guard var source = sources[id] else { return }
        let returning = source.unsettled.sorted { $0.key < $1.key }.map(\.value)
        source.unsettled = [:]
        source.epoch += 1
        source.nextTag = 1
        sources[id] = source
        let limit = queues[source.queue]?.definition.deliveryLimit ?? .max
        queues[source.queue]?.ready.insert(contentsOf: returning.filter { $0.deliveries <= limit }, at: 0)
        for stored in returning where stored.deliveries > limit {
            bury(stored, from: source.queue, reason: "delivery_limit", now: now)
        }
    }

    /// Hands what is ready to those who wait for it.
    mutating func dispatch() -> [Answer] {
        var answers: [Answer] = []
        for id in sources.keys.sorted() {
            while let source = sources[id], !source.callers.isEmpty, let queue = queues[source.queue] {
                let count = min(source.maxBatch, source.prefetch - source.unsettled.count, queue.ready.count)
                guard count > 0 else { break }
                guard let continuation = sources[id]?.callers.removeFirst().claim() else { continue }
                answers.append(Answer(continuation: continuation, batch: take(count, source: id)))
            }
        }
        return answers
    }

    private mutating func take(_ count: Int, source id: Int) -> [IncomingMessage] {
        guard var source = sources[id], var queue = queues[source.queue] else { return [] }
        let batch = queue.ready.prefix(count).map { stored in
            let token = DeliveryToken(epoch: source.epoch, tag: source.nextTag)
            source.nextTag += 1
            var held = stored
            held.deliveries += 1
            source.unsettled[token.tag] = held
            let message = stored.message
            return IncomingMessage(
                id: message.id, exchange: message.exchange, routingKey: message.routingKey, headers: message.headers,
                contentType: message.contentType, body: message.body, redelivered: stored.deliveries > 0, token: token)
        }
        queue.ready.removeFirst(count)
        sources[id] = source
        queues[source.queue] = queue
        return batch
    }
}
