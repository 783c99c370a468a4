/// Something that can be asked for changes.
public struct PollStream: Sendable, Hashable {
    /// The stream's name, part of its checkpoint's key.
    public var name: String
    /// The vendor's object type that it brings.
    public var nativeType: String
    /// How often it is asked by default.
    public var interval: Duration
    /// How many intervals of a connection's declaration make one of this stream; more than one for a stream that names
    /// everything within its range, since it cannot ask for what has changed.
    public var stride: Int

    /// Takes the parts.
    public init(name: String, nativeType: String, interval: Duration, stride: Int = 1) {
        self.name = name
        self.nativeType = nativeType
        self.interval = interval
        self.stride = stride
    }

    /// How often it is asked where the connection's declaration has an interval.
    public func interval(declared: Duration?) -> Duration { declared.map { $0 * stride } ?? interval }
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
