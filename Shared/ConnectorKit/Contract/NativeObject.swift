public import CanonicalModel

/// An object as the vendor gave it.
public struct NativeObject: Sendable {
    /// Its type and id.
    public var reference: NativeReference
    /// Its body, with whatever the connector read along to understand it (associations, lines).
    public var body: JSONValue

    /// Takes the parts.
    public init(reference: NativeReference, body: JSONValue) {
        self.reference = reference
        self.body = body
    }
}

/// What a read by id brought.
public enum ReadResult: Sendable {
    /// The object.
    case found(NativeObject)
    /// The vendor does not know it, or shows it as deleted or archived.
    case gone(NativeReference)
    /// It was merged into another object, which is given.
    case merged(NativeReference, into: NativeObject)
}
