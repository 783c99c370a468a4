public import CanonicalModel

/// Something that is wrong at a moment, as a rule has found it.
public struct AlertCondition: Sendable, Hashable {
    /// What tells one condition from others.
    public struct Key: Sendable, Hashable, Comparable {
        /// The kind.
        public var kind: AlertKind
        /// What it is about: a flow, a connection, a loop, a group of letters.
        public var subject: String

        /// Takes the parts.
        public init(_ kind: AlertKind, _ subject: String) {
            self.kind = kind
            self.subject = subject
        }

        /// Orders by kind and subject.
        public static func < (left: Key, right: Key) -> Bool {
            (left.kind.rawValue, left.subject) < (right.kind.rawValue, right.subject)
        }
    }

    /// What tells it from others.
    public var key: Key
    /// What has the same root bears the same word.
    public var group: String
    /// The connection that it is about; nil where it is about none or several.
    public var connection: ConnectionID?
    /// How bad it is.
    public var severity: AlertSeverity
    /// Since when it is wrong, as far as is known.
    public var since: Instant
    /// What is wrong, in plain words.
    public var cause: String
    /// What a person can do.
    public var advice: String
    /// How long it must last before it is an alert: longer than what comes and goes in daily work.
    public var hold: Duration

    /// Takes the parts.
    public init(
        _ key: Key, group: String, connection: ConnectionID? = nil, severity: AlertSeverity, since: Instant,
        cause: String, advice: String, hold: Duration = .zero
    ) {
        self.key = key
        self.group = group
        self.connection = connection
        self.severity = severity
        self.since = since
        self.cause = cause
        self.advice = advice
        self.hold = hold
    }
}
