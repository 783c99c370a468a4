/// A field that a newer build has written and this one cannot read, kept as it is.
///
/// Services are updated one after the other: the one that is behind hands on what it does not understand.
public struct UnreadField: Hashable, Sendable {
    /// The value in its written form.
    public var value: [UInt8]
    /// Where it came from.
    public var provenance: Provenance
    /// The value before, in its written form, and where that came from.
    public var base: Base?

    /// The value that the field had before.
    public struct Base: Hashable, Sendable {
        /// The value in its written form.
        public var value: [UInt8]
        /// Where it came from.
        public var provenance: Provenance

        /// Takes the parts.
        public init(value: [UInt8], provenance: Provenance) {
            self.value = value
            self.provenance = provenance
        }
    }

    /// Takes the parts.
    public init(value: [UInt8], provenance: Provenance, base: Base? = nil) {
        self.value = value
        self.provenance = provenance
        self.base = base
    }
}
