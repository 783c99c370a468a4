/// The names of the headers that our messages carry beside their body.
///
/// The body's envelope holds the same facts; headers let the pipeline log, trace and refuse a message without decoding it.
public enum MessageHeaders {
    /// The `CorrelationID`.
    public static let correlationID = "correlation-id"
    /// The id of the parent message.
    public static let causationID = "causation-id"
    /// How often the chain has crossed from one system to another.
    public static let hopCount = "hop-count"
    /// The version of the body's schema.
    public static let schemaVersion = "schema-version"
    /// The generation of the message row, which a replay raises.
    public static let generation = "generation"
    /// The id of the dead letter that the message is sent again for.
    public static let replayOf = "replay-of"
    /// W3C trace context.
    public static let traceparent = "traceparent"

    /// The queue where a dead letter died first (set by the broker).
    public static let firstDeathQueue = "x-first-death-queue"
    /// Why a dead letter died first: `rejected`, `expired`, `maxlen` or `delivery_limit` (set by the broker).
    public static let firstDeathReason = "x-first-death-reason"
    /// The exchange through which a dead letter came to the queue of its first death (set by the broker).
    public static let firstDeathExchange = "x-first-death-exchange"
    /// Every death, newest first, as JSON text (set by the broker).
    public static let deaths = "x-death"
}
