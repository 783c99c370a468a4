/// Something that a subscriber is to be told.
public struct WebhookEvent: Sendable {
    /// The subscriber's URL.
    public let endpoint: String
    /// The vendor's name of the event, such as `contact.creation`.
    public let name: String
    /// The native id of the record.
    public let objectID: String
    /// What the delivery will say, before the vendor wraps and signs it.
    public let payload: JSON
    /// The sandbox time of the change.
    public let occurredAt: SandboxInstant

    /// An event for one subscriber.
    public init(endpoint: String, name: String, objectID: String, payload: JSON, occurredAt: SandboxInstant) {
        self.endpoint = endpoint
        self.name = name
        self.objectID = objectID
        self.payload = payload
        self.occurredAt = occurredAt
    }
}

/// A delivery as it goes out.
public struct WebhookRequest: Sendable {
    /// The exact bytes.
    public var body: [UInt8]
    /// The header fields, the signature among them.
    public var headers: [(name: String, value: String)]

    /// A delivery of these bytes.
    public init(body: [UInt8], headers: [(String, String)]) {
        self.body = body
        self.headers = headers.map { (name: $0.0, value: $0.1) }
    }
}

/// How a vendor delivers webhooks.
public struct WebhookPolicy: Sendable {
    /// The most events in one delivery.
    public var maximumBatch: Int
    /// The most deliveries to one endpoint at once.
    public var concurrency: Int
    /// How long an endpoint may take to answer.
    public var timeout: Duration
    /// The waits before each further attempt, in milliseconds of sandbox time.
    public var retryDelays: [Int64]
    /// Whether an answer of that status is tried again; time-outs and lost connections always are.
    public var retriesStatus: @Sendable (Int) -> Bool
    /// Whether `Retry-After` of the answer replaces the planned wait.
    public var honoursRetryAfter: Bool

    /// A policy; any status of 300 and above is tried again unless said otherwise.
    public init(
        maximumBatch: Int, concurrency: Int, timeout: Duration, retryDelays: [Int64],
        honoursRetryAfter: Bool = false,
        retriesStatus: @escaping @Sendable (Int) -> Bool = { $0 >= 300 }
    ) {
        self.maximumBatch = maximumBatch
        self.concurrency = concurrency
        self.timeout = timeout
        self.retryDelays = retryDelays
        self.honoursRetryAfter = honoursRetryAfter
        self.retriesStatus = retriesStatus
    }
}

/// What goes wrong with the webhooks of a vendor.
public struct WebhookFault: Sendable {
    /// The kinds of trouble.
    public enum Kind: Sendable, Hashable {
        /// The event is sent so many times more.
        case duplicate(copies: Int)
        /// The event waits so long.
        case delay(milliseconds: Int64)
        /// The event is sent after the next one to the same endpoint, or after so long when none comes.
        case reorder(atMost: Int64)
        /// The event is never sent.
        case drop
    }

    /// What happens.
    public var kind: Kind
    /// The name of the events struck; nil means any.
    public var name: String?
    /// The record whose events are struck; nil means any.
    public var objectID: String?
    /// How many events it strikes; nil means no end.
    public var count: Int?
    /// How many matching events pass before the first strike.
    public var skip: Int
    /// The chance of each strike, from 0 to 1.
    public var probability: Double

    /// A fault; by default it strikes the next matching event once.
    public init(
        _ kind: Kind, name: String? = nil, objectID: String? = nil, count: Int? = 1, skip: Int = 0,
        probability: Double = 1
    ) {
        self.kind = kind
        self.name = name
        self.objectID = objectID
        self.count = count
        self.skip = skip
        self.probability = probability
    }

    func matches(_ event: WebhookEvent) -> Bool {
        (name == nil || name == event.name) && (objectID == nil || objectID == event.objectID)
    }
}

/// One attempt to deliver, or an event that never left.
public struct WebhookDelivery: Sendable, Sequenced {
    /// What became of it.
    public enum Outcome: String, Sendable {
        /// The endpoint answered with a status of 200 to 299.
        case delivered
        /// It failed and is tried again later.
        case willRetry = "will-retry"
        /// It failed and is not tried again.
        case failed
        /// A fault or the control API dropped it.
        case dropped
    }

    /// The number of the attempt in the log.
    public internal(set) var sequence: UInt64 = 0
    /// The number of the delivery, the same in all its attempts.
    public let deliveryID: UInt64
    /// The events in it.
    public let events: [WebhookEvent]
    /// Which attempt this was, from 1.
    public let attempt: Int
    /// What became of it.
    public let outcome: Outcome
    /// The endpoint's status, if it answered.
    public let status: Int?
    /// Why there was no answer.
    public let failure: String?
    /// The sandbox time.
    public let at: SandboxInstant
    /// The wall clock in nanoseconds when the attempt ended.
    public let wallNanoseconds: UInt64
    /// How long the attempt took, in microseconds.
    public let microseconds: Int

    var json: JSON {
        [
            "sequence": .int(Int(sequence)), "deliveryId": .int(Int(deliveryID)), "attempt": .int(attempt),
            "outcome": .string(outcome.rawValue), "status": status.map(JSON.int) ?? .null,
            "failure": .optional(failure), "at": .string(at.iso8601), "wallNanoseconds": .int(Int(wallNanoseconds)),
            "microseconds": .int(microseconds), "endpoint": .string(events.first?.endpoint ?? ""),
            "events": .array(
                events.map { ["name": .string($0.name), "id": .string($0.objectID), "payload": $0.payload] }),
        ]
    }
}
