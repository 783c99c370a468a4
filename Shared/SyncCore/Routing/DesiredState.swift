public import CanonicalModel
public import SyncPolicy

/// Works out what a connection shall show of a record: pure.
public enum DesiredState {
    /// The whole desired state for a connection.
    ///
    /// A field is in it when the policy lets it flow to the connection's role and it has ever had a value. A field that
    /// the connection's own role owns is in it only where a rule of ours set it, and then only on the condition that the
    /// system still shows the value from before: a newer edit of the owner is never overwritten. A field with an open
    /// proposal from that connection stays out, so that its people go on seeing what they wrote until somebody decides.
    public static func of(
        _ record: RecordState, for target: ConnectionCapabilities, policy: SourceOfTruth,
        isProposed: (FieldName) -> Bool
    ) -> [FieldName: SyncCommand.Desired] {
        var desired: [FieldName: SyncCommand.Desired] = [:]
        for (field, state) in record.fields where target.bears(field, of: record.entity) && !isProposed(field) {
            guard let rule = policy.rule(field, of: record.entity) else { continue }
            if rule.flowsTo.contains(target.role) {
                desired[field] = SyncCommand.Desired(state.patchValue)
            } else if rule.owner == target.role, state.provenance.role == nil {
                let before = state.base?.value.map(PatchValue.set) ?? .clear
                desired[field] = SyncCommand.Desired(state.patchValue, onlyIf: before)
            }
        }
        return desired
    }

    /// Whether any of the fields shall be seen at the connection.
    public static func concerns(
        _ fields: some Sequence<FieldName>, of record: RecordState, _ target: ConnectionCapabilities,
        policy: SourceOfTruth
    ) -> Bool {
        fields.contains { field in
            guard let rule = policy.rule(field, of: record.entity) else { return false }
            if rule.flowsTo.contains(target.role), target.houses(field, of: record.entity) { return true }
            guard target.bears(field, of: record.entity) else { return false }
            return rule.flowsTo.contains(target.role)
                || (rule.owner == target.role && record.fields[field]?.provenance.role == nil)
        }
    }
}
