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
    /// Whether the round goes on: it has not come to its end with this page.
    public var hasMore: Bool
    /// Whether the round begins anew after this page: pages did not join on to each other, and something may have slipped
    /// through between them.
    public var isAnew: Bool
    /// How often the round has begun anew since the last one came to its end, the time after this page included.
    public var restarts: Int

    /// Takes the parts.
    public init(
        changes: [ChangeHint], cursor: String, hasMore: Bool, isAnew: Bool = false, restarts: Int = 0
    ) {
        self.changes = changes
        self.cursor = cursor
        self.hasMore = hasMore
        self.isAnew = isAnew
        self.restarts = restarts
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
