public import CanonicalModel

/// Turns what was read into what has changed: pure.
///
/// An observation is reduced to the fields that differ from the shadow. None left means an echo of our own write, or a
/// second hint of a change that was seen already, and nothing is sent, any number of times (R13.11).
public enum IngestStep {
    /// What came of an observation.
    public struct Result: Sendable, Equatable {
        /// The change; nil for an echo.
        public var change: Change?
        /// The shadow to keep.
        public var shadow: Shadow
        /// Fields that show what an earlier request of ours had wanted, in place of what was known: it came late.
        public var late: Set<FieldName> = []
    }

    /// A change that an event shall carry.
    public struct Change: Sendable, Equatable {
        /// What has happened.
        public var kind: ChangeKind
        /// The fields that differ, with the values now.
        public var fields: Patch
    }

    /// Compares an observation with the shadow.
    ///
    /// - Parameters:
    ///   - shadow: what was seen before; nil for an object that was never seen as this entity.
    ///   - late: what requests have wanted that may have been carried out after we had gone on without them.
    ///   - readAt: when the read that brought the observation began.
    public static func compare(
        _ observation: Observation, with shadow: Shadow?, late: [Patch] = [], readAt: Instant
    ) -> Result {
        var next = shadow ?? Shadow(readAt: readAt)
        var differing = observation.fields.filter { field, value in
            let known = next.fields[field]
            // A field that never had a value and has none now says nothing.
            return known != value && !(known == nil && value == .clear)
        }
        let overtaken =
            shadow == nil
            ? []
            : Set(
                differing.keys.filter { field in
                    late.contains { $0[field] == observation.fields[field] }
                })
        differing = differing.filter { !overtaken.contains($0.key) }
        next.fields.merge(observation.fields) { _, new in new }
        next.externalID = observation.externalID ?? next.externalID
        next.versionToken = observation.versionToken
        next.isArchived = observation.isArchived
        next.readAt = max(next.readAt, readAt)
        let kind: ChangeKind? =
            if observation.isArchived && shadow?.isArchived != true {
                .archived
            } else if shadow == nil {
                .created
            } else if !differing.isEmpty || observation.externalID != shadow?.externalID {
                .updated
            } else {
                nil
            }
        return Result(change: kind.map { Change(kind: $0, fields: differing) }, shadow: next, late: overtaken)
    }
}
