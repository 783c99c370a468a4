import CanonicalModel

/// What a policy document says, as far as each entry makes sense by itself, with the places for what is checked across
/// entries.
struct PolicyDraft {
    struct Field {
        let key: PolicyNode
        let rule: FieldRule
    }

    struct Entity {
        let key: PolicyNode
        var syncClass = SyncClass.realTime
        var gates: [Role: (node: PolicyNode, gate: Gate)] = [:]
        var fields: [FieldName: Field] = [:]
        /// Fields that are named, but faulty.
        var broken: Set<FieldName> = []

        func flows(to role: Role) -> [FieldName] {
            fields.filter { $0.value.rule.flowsTo.contains(role) }.keys.sorted()
        }
    }

    var settings = PolicySettings()
    var triggers: [(node: PolicyNode, trigger: Trigger)] = []
    var criticalScope: [PolicyNode] = []
    var entities: [EntityKind: Entity] = [:]
    /// Entities that are named, but of which nothing can be told.
    var broken: Set<EntityKind> = []
}
