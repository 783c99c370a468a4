public import CanonicalModel

/// A field of a record: its value, where that came from, and what it was before.
public struct FieldState: Hashable, Sendable {
    /// The value; nil when it was cleared.
    public var value: FieldValue?
    /// Where it came from.
    public var provenance: Provenance
    /// The value before, and where that came from; nil for the first value.
    public var base: Base?

    /// The value that a field had before its present one.
    public struct Base: Hashable, Sendable {
        /// The value; nil when it was cleared.
        public var value: FieldValue?
        /// Where it came from.
        public var provenance: Provenance

        /// Takes the parts.
        public init(value: FieldValue?, provenance: Provenance) {
            self.value = value
            self.provenance = provenance
        }
    }

    /// Takes the parts.
    public init(value: FieldValue?, provenance: Provenance, base: Base? = nil) {
        self.value = value
        self.provenance = provenance
        self.base = base
    }

    /// The value as a patch has it.
    public var patchValue: PatchValue { value.map(PatchValue.set) ?? .clear }
}
