import CanonicalModel
import Messaging
import SyncCore

/// Why and where a message died first, as the broker tells it in headers.
struct BrokerDeath: Hashable, Sendable {
    /// The queue that it was in.
    var queue: String
    /// `rejected`, `expired`, `maxlen` or `delivery_limit`; `unknown` where the broker did not say.
    var reason: String
    /// The exchange through which it had come there.
    var exchange: String
    /// The routing key by which it had come there.
    var routingKey: String
    /// How often it died so.
    var count: Int
    /// When it died so first; nil where the broker did not say.
    var at: Instant?

    /// Reads the headers of a message from a dead-letter queue; what is missing is taken from what is known of it.
    ///
    /// - Parameter queue: the queue whose dead letters these are.
    init(of message: IncomingMessage, queue: String) {
        let headers = message.headers
        let deaths = headers[MessageHeaders.deaths].flatMap { try? JSONValue(parsing: Array($0.utf8)).array } ?? []
        self.queue = headers[MessageHeaders.firstDeathQueue] ?? queue
        let first = headers[MessageHeaders.firstDeathReason]
        // The list has the newest death first, and one entry for each queue and reason.
        let name = self.queue
        let death =
            deaths.last { $0["queue"].string == name && (first == nil || $0["reason"].string == first) }
            ?? deaths.last ?? .null
        reason = first ?? death["reason"].string ?? "unknown"
        exchange = headers[MessageHeaders.firstDeathExchange] ?? death["exchange"].string ?? message.exchange
        routingKey = death["routing-keys"][0].string ?? message.routingKey
        count = max(Int(clamping: death["count"].int ?? 1), 1)
        at = death["time"].int.map { Instant(seconds: $0) }
    }

    /// The class of the failure.
    ///
    /// Our consumers reject only what cannot be decoded; everything else is a message that nobody came to settle.
    var failureClass: FailureClass { reason == "rejected" || reason == "unknown" ? .undecodable : .transient }

    /// What happened, in words.
    var failure: String {
        switch reason {
        case "rejected": "its consumer could not read it and rejected it from the queue \(queue)"
        case "delivery_limit": "it was handed out from the queue \(queue) too often without ever being settled"
        case "expired": "it was in the queue \(queue) for longer than it may"
        case "maxlen": "the queue \(queue) was full"
        default: "the broker moved it out of the queue \(queue): \(reason)"
        }
    }

    /// What a person can do.
    var fix: String {
        failureClass == .undecodable
            ? "see who wrote it; replay it once a version that can read it runs"
            : "see why its consumer did not settle it; then replay it"
    }
}
