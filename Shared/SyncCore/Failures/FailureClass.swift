/// The kinds of failure, each with a policy of its own.
public enum FailureClass: String, Sendable, CaseIterable {
    /// Will pass by itself: a time-out before anything was sent, a 5xx, a broken connection.
    case transient
    /// The vendor asks us to wait.
    case rateLimited = "rate_limited"
    /// The vendor does not accept our credentials.
    case authentication
    /// The vendor refuses the content; the same content will be refused again.
    case validation
    /// The vendor has a newer version than the one that we changed.
    case stale
    /// The vendor says that the record exists already.
    case duplicate
    /// The vendor does not know the object.
    case notFound = "not_found"
    /// Nobody could read the answer or the message.
    case undecodable
    /// The request may or may not have been carried out.
    case unknownOutcome = "unknown_outcome"
}
