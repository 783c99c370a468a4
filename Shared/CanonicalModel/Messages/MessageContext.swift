/// What ties a message to the change that caused it; handed on from message to message.
public struct MessageContext: Hashable, Sendable {
    /// Born when a change enters Plumbline, and the same in everything that follows from it.
    public var correlation: CanonicalID
    /// The message that caused this one; nil at the source.
    public var causation: CanonicalID?
    /// How many times the change has come back through a vendor since it entered; a loop shows here.
    public var hop: Int
    /// W3C trace context, where the source had one.
    public var traceparent: String?

    /// Takes the parts.
    public init(correlation: CanonicalID, causation: CanonicalID? = nil, hop: Int = 0, traceparent: String? = nil) {
        self.correlation = correlation
        self.causation = causation
        self.hop = hop
        self.traceparent = traceparent
    }

    /// The context of a message that the message `parent` causes.
    public func caused(by parent: CanonicalID) -> MessageContext {
        MessageContext(correlation: correlation, causation: parent, hop: hop, traceparent: traceparent)
    }
}
