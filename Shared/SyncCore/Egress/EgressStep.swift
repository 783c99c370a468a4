public import CanonicalModel

/// Finds what is still missing at a connection: pure.
public enum EgressStep {
    /// What shall be sent.
    public struct Difference: Sendable, Equatable {
        /// The fields whose desired value differs from the shadow, with references already native.
        public var changes: Patch
        /// Whether the object does not bear our id yet, though it can.
        public var needsExternalID: Bool
        /// Fields that were left out because the system itself shows a newer value of its own.
        public var superseded: [FieldName]
        /// Fields that the connection cannot write.
        public var unsupported: [FieldName]

        /// Whether nothing is left to send.
        public var isEmpty: Bool { changes.isEmpty && !needsExternalID }
    }

    /// Compares the desired state with what the system last showed.
    ///
    /// - Parameters:
    ///   - desired: the newest desired state; references are native by now.
    ///   - shadow: what the system last showed; nil where the record is not there yet.
    ///   - held: fields that the vendor has refused by name; the others go.
    public static func difference(
        record: CanonicalID, desired: [FieldName: SyncCommand.Desired], shadow: Shadow?,
        capability: EntityCapability, held: Set<FieldName> = []
    ) -> Difference {
        var difference = Difference(changes: [:], needsExternalID: false, superseded: [], unsupported: [])
        for (field, wanted) in desired where !held.contains(field) {
            guard capability.writes.contains(field) else {
                difference.unsupported.append(field)
                continue
            }
            let shown = shadow?.fields[field] ?? .clear
            if shown == wanted.value { continue }
            if let condition = wanted.onlyIf, shadow != nil, shown != condition {
                difference.superseded.append(field)
                continue
            }
            difference.changes[field] = wanted.value
        }
        difference.needsExternalID = capability.keepsExternalID && shadow?.externalID != record
        difference.superseded.sort()
        difference.unsupported.sort()
        return difference
    }
}
