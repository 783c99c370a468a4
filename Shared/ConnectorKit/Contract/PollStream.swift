/// Something that can be asked for changes.
public struct PollStream: Sendable, Hashable {
    /// The stream's name, part of its checkpoint's key.
    public var name: String
    /// The vendor's object type that it brings.
    public var nativeType: String
    /// How often it is asked by default.
    public var interval: Duration

    /// Takes the parts.
    public init(name: String, nativeType: String, interval: Duration) {
        self.name = name
        self.nativeType = nativeType
        self.interval = interval
    }
}

/// What a poll brought.
public struct PollPage: Sendable {
    /// What may have changed.
    public var changes: [ChangeHint]
    /// Where the next poll begins: inclusive, with overlap, never beyond the start of this query minus the vendor's lag.
    public var cursor: String
    /// Whether more can be had at once.
    public var hasMore: Bool

    /// Takes the parts.
    public init(changes: [ChangeHint], cursor: String, hasMore: Bool) {
        self.changes = changes
        self.cursor = cursor
        self.hasMore = hasMore
    }
}

/// A page of objects of a snapshot.
public struct ObjectPage: Sendable {
    /// The objects.
    public var objects: [NativeObject]
    /// Where the next page begins; nil after the last.
    public var next: String?

    /// Takes the parts.
    public init(objects: [NativeObject], next: String?) {
        self.objects = objects
        self.next = next
    }
}
