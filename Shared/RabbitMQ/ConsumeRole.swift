internal import Messaging

/// Consumes: hands deliveries out in batches and settles them.
struct ConsumeRole: ConnectionRole {
    private let queue: String
    private let prefetch: UInt16
    private let maxBatch: Int
    private var epoch: UInt64 = 0
    private var buffer = Fifo<IncomingMessage>()
    private var callers = Fifo<BatchSlot>()
    private var ledger = DeliveryLedger()
    private var silence = QueueSilence()
    private(set) var turnedAway = 0
    private var isStopped = false

    init(queue: String, prefetch: Int, maxBatch: Int) {
        self.queue = queue
        self.prefetch = UInt16(clamping: max(1, prefetch))
        self.maxBatch = max(1, maxBatch)
    }

    mutating func begin(on handle: AMQPHandle) throws(RabbitError) {
        epoch += 1
        ledger.reset()
        buffer.removeAll()
        do throws(RabbitError) {
            try handle.consume(queue, prefetch: prefetch)
            silence.end()
            turnedAway = 0
        } catch {
            // A queue that has no process on its node is refused with the end of the connection.
            if [.timedOut, .connectionLost].contains(error.code) { silence.failed() }
            throw error
        }
    }

    var suspectQueue: String? { silence.isSuspect ? queue : nil }

    mutating func examined() {
        silence.end()
    }

    mutating func found(_ verdict: QueueVerdict) {
        turnedAway = verdict == .withoutProcess ? turnedAway + 1 : 0
    }

    mutating func receive(_ event: AMQPEvent) throws(RabbitError) {
        guard case .delivered(var message) = event, !isStopped else { return }
        guard ledger.delivered(tag: message.token.tag) else {
            throw RabbitError(
                .connectionLost, operation: "consuming \(queue)",
                detail: "delivery \(message.token.tag) is out of turn")
        }
        message.token = DeliveryToken(epoch: epoch, tag: message.token.tag)
        buffer.append(message)
    }

    /// Answers a caller at once when there is something, else later.
    mutating func wait(_ slot: BatchSlot) {
        guard !isStopped else {
            slot.claim()?.resume(throwing: SourceClosed(queue: queue))
            return
        }
        callers.append(slot)
        deliver()
    }

    mutating func deliver() {
        while !buffer.isEmpty, let slot = callers.popFirst() {
            // A cancelled caller takes nothing.
            guard let continuation = slot.claim() else { continue }
            var batch: [IncomingMessage] = []
            batch.reserveCapacity(min(maxBatch, buffer.count))
            while batch.count < maxBatch, let message = buffer.popFirst() { batch.append(message) }
            continuation.resume(returning: batch)
        }
    }

    mutating func acknowledge(_ tokens: [DeliveryToken], on handle: AMQPHandle) throws(RabbitError) {
        let tags = tokens.lazy.filter { [epoch] in $0.epoch == epoch }.map(\.tag)
        for acknowledgement in ledger.acknowledge(tags) {
            try handle.acknowledge(tag: acknowledgement.tag, multiple: acknowledgement.multiple)
        }
    }

    mutating func reject(_ token: DeliveryToken, on handle: AMQPHandle) throws(RabbitError) {
        guard token.epoch == epoch, ledger.reject(token.tag) else { return }
        try handle.reject(tag: token.tag)
    }

    mutating func flush(on handle: AMQPHandle) throws(RabbitError) -> SendBacklog { .none }

    mutating func lost(_ reason: String) {
        buffer.removeAll()
        ledger.reset()
    }

    mutating func expire(now: ContinuousClock.Instant) {}

    var nextDeadline: ContinuousClock.Instant? { nil }

    mutating func drain(on handle: AMQPHandle?) {
        isStopped = true
        // If this fails the connection is broken, and everything goes back to the queue all the same.
        try? handle?.cancelConsumer()
        ledger.forgetNewest(buffer.count)
        finish("")
    }

    var isDrained: Bool { ledger.outstanding == 0 }

    mutating func finish(_ reason: String) {
        isStopped = true
        buffer.removeAll()
        while let slot = callers.popFirst() { slot.claim()?.resume(throwing: SourceClosed(queue: queue)) }
    }

    var inFlight: Int { ledger.outstanding }

    var waiting: Int { buffer.count }
}
