/// The metadata keys of every log line, so that one search finds a message in all services.
public enum LogKeys {
    /// The service that logs.
    public static let service = "service"
    /// The message's id.
    public static let messageID = "message.id"
    /// The message's type.
    public static let messageType = "message.type"
    /// The id of the chain that the message belongs to.
    public static let correlationID = "correlation.id"
    /// The id of the message that caused this one.
    public static let causationID = "causation.id"
    /// The canonical entity.
    public static let entityKind = "entity.kind"
    /// The record's canonical id.
    public static let canonicalID = "canonical.id"
    /// The record's id in a vendor's system.
    public static let externalID = "external.id"
    /// The connection that a change came from.
    public static let systemOrigin = "system.origin"
    /// The connection that a change goes to.
    public static let systemTarget = "system.target"
    /// The queue.
    public static let queue = "queue"
    /// The number of the attempt, from 1.
    public static let attempt = "attempt"
    /// The verdict.
    public static let disposition = "disposition"
    /// The stable code of an error.
    public static let errorCode = "error.code"
    /// The error in words, redacted.
    public static let error = "error"
    /// How many items the line speaks of.
    public static let count = "count"
    /// A time until something happens, or that it took, in milliseconds.
    public static let milliseconds = "milliseconds"
    /// The broker or server spoken to, without credentials.
    public static let peer = "peer"
}
