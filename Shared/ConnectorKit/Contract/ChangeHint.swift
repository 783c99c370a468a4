public import CanonicalModel

/// Says that an object may have changed; the object itself is read by id before anything is believed.
public struct ChangeHint: Sendable, Hashable {
    /// The object.
    public var native: NativeReference
    /// The vendor's account or realm, where a webhook names one; a hint of another account is not ours.
    public var account: String?
    /// When the vendor says that it happened.
    public var occurredAt: Instant?
    /// What the vendor calls it, kept as evidence.
    public var topic: String

    /// Takes the parts.
    public init(native: NativeReference, account: String? = nil, occurredAt: Instant? = nil, topic: String) {
        self.native = native
        self.account = account
        self.occurredAt = occurredAt
        self.topic = topic
    }
}
