internal import CrashPoints
internal import Messaging

/// Publishes: sends the stream in its order, as far as the window and the socket allow.
struct PublishRole: ConnectionRole {
    /// After so many bytes the socket is asked whether it takes more.
    private static let bytesPerCheck = 16_384
    /// After so many messages the confirms that have come are read, and jobs get their turn.
    private static let messagesPerFlush = 256

    private let topologyExchanges: Set<String>
    private var knownExchanges: Set<String> = []
    private var isStopped = false
    /// Whether this flush has made a synchronous call.
    private var hasAsked = false
    private var refusals = Refusals()
    var stream: PublishStream

    init(topology: Topology, window: Int) {
        topologyExchanges = Set(topology.exchanges.map(\.name)).union([""])
        stream = PublishStream(window: window)
    }

    mutating func submit(
        _ batch: [OutgoingMessage], deadline: ContinuousClock.Instant, complete: @escaping PublishStream.Completion
    ) {
        guard !isStopped else {
            return complete(Array(repeating: .unknown("the publisher was shut down"), count: batch.count))
        }
        stream.submit(batch, deadline: deadline, complete: complete)
    }

    mutating func begin(on handle: AMQPHandle) throws(RabbitError) {
        knownExchanges = topologyExchanges
        refusals.begin()
        try handle.selectConfirms()
    }

    mutating func receive(_ event: AMQPEvent) throws(RabbitError) {
        switch event {
        case .confirmed(let tag, let multiple):
            CrashPoint.pass(.before, .confirm)
            stream.settled(tag: tag, multiple: multiple, .confirmed)
            CrashPoint.pass(.after, .confirm)
        case .refused(let tag, let multiple):
            stream.settled(tag: tag, multiple: multiple, .refused)
            refusals.note()
        case .returned(let id, let code, let reason): stream.returned(id: id, code: code, reason: reason)
        default: break
        }
    }

    mutating func deliver() {}

    mutating func flush(on handle: AMQPHandle) throws(RabbitError) -> SendBacklog {
        guard !stream.isStuck else {
            throw RabbitError(.timedOut, operation: "publishing", detail: "the broker owes too many confirms")
        }
        guard stream.next != nil else { return .none }
        guard !refusals.areLasting else {
            refusals.giveUp()
            throw RabbitError(.channelClosed, operation: "publishing", detail: "the broker goes on refusing messages")
        }
        handle.cork(true)
        defer { handle.cork(false) }
        var unchecked = Self.bytesPerCheck
        hasAsked = false
        for _ in 0..<Self.messagesPerFlush {
            guard let message = stream.next else {
                // A look-up may have left confirms inside the library, which do not make the socket readable again.
                return hasAsked ? .more : .none
            }
            if let fault = message.fault {
                stream.settleNext(.returned(code: fault.code, reason: fault.reason))
                continue
            }
            guard try exists(message.exchange, on: handle) else { continue }
            if unchecked >= Self.bytesPerCheck {
                guard handle.isWritable else { return hasAsked ? .more : .socketFull }
                unchecked = 0
            }
            CrashPoint.pass(.before, .publish)
            try handle.publish(message)
            stream.didSend()
            CrashPoint.pass(.after, .publish)
            unchecked += message.body.count + 256
        }
        return .more
    }

    /// Looks an exchange up before its first use.
    ///
    /// Publishing to a missing exchange closes the channel, which would take the confirms of everybody else's messages
    /// with it. One that is deleted later still does.
    private mutating func exists(_ exchange: String, on handle: AMQPHandle) throws(RabbitError) -> Bool {
        if knownExchanges.contains(exchange) { return true }
        hasAsked = true
        // The question must not wait in a half-full segment.
        handle.cork(false)
        defer { handle.cork(true) }
        do throws(RabbitError) {
            try handle.checkExists(exchange: exchange)
            knownExchanges.insert(exchange)
            return true
        } catch  where error.code == .notFound || error.code == .refused {
            stream.settleNext(.returned(code: error.replyCode ?? 404, reason: error.detail))
            return false
        }
    }

    mutating func lost(_ reason: String) { stream.channelLost(reason) }

    mutating func expire(now: ContinuousClock.Instant) {
        refusals.look(now: now)
        stream.expire(now: now)
    }

    var nextDeadline: ContinuousClock.Instant? { stream.nextDeadline }

    mutating func drain(on handle: AMQPHandle?) { isStopped = true }

    var isDrained: Bool { stream.isIdle }

    mutating func finish(_ reason: String) { stream.abandonAll(reason) }

    var inFlight: Int { stream.inFlight }

    var waiting: Int { stream.unsent }
}
