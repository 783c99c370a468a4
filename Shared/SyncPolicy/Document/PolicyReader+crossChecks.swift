import CanonicalModel

extension PolicyReader {
    /// Checks what no entry shows by itself.
    mutating func checkAcross(_ draft: PolicyDraft) {
        for kind in EntityKind.allCases {
            guard let entity = draft.entities[kind] else { continue }
            checkGates(kind, entity)
            for role in Role.allCases where isCreated(kind, entity, in: role, draft) {
                checkParents(of: kind, entity, in: role, draft)
            }
        }
        checkHolds(draft)
        checkTriggers(draft)
        if let cycle = RequiredReferences.cycle(in: draft.entities.keys.sorted().map(ModelCatalog.declaration)) {
            let names = cycle.map(\.rawValue).joined(separator: " → ")
            let key = cycle.first.flatMap { draft.entities[$0]?.key }
            if let key {
                fault(
                    key, "entities", "each of these needs the next one first: \(names)",
                    suggestion: "remove one of them")
            }
        }
    }

    private mutating func checkGates(_ kind: EntityKind, _ entity: PolicyDraft.Entity) {
        for (role, entry) in entity.gates.sorted(by: { $0.key < $1.key }) where entry.gate == .never {
            let names = entity.flows(to: role).map(\.name)
            guard !names.isEmpty else { continue }
            fault(
                entry.node, "\(kind.rawValue).gates.\(role.rawValue)",
                "never, but \(names.count == 1 ? "a field flows" : "fields flow") there: \(names.joined(separator: ", "))",
                suggestion: "open the gate, or take \(role.rawValue) out of flows_to")
        }
    }

    /// Whether records of the entity come into being in systems of the role by our writes.
    private func isCreated(
        _ kind: EntityKind, _ entity: PolicyDraft.Entity, in role: Role, _ draft: PolicyDraft
    ) -> Bool {
        if entity.gates[role]?.gate == .never { return false }
        let byEffect = draft.triggers.contains { entry in
            entry.trigger.effect.creates.map { $0.entity == kind && $0.role == role } ?? false
        }
        return byEffect || !entity.flows(to: role).isEmpty
    }

    /// Checks that what a record cannot be created without gets there, too.
    private mutating func checkParents(
        of kind: EntityKind, _ entity: PolicyDraft.Entity, in role: Role, _ draft: PolicyDraft
    ) {
        for field in ModelCatalog.declaration(of: kind).fields where field.isRequiredAtCreate {
            guard case .reference(let parent) = field.type, !entity.broken.contains(field.name) else { continue }
            let path = "\(kind.rawValue).\(field.name)"
            guard let entry = entity.fields[field.name] else {
                fault(
                    entity.key, path,
                    "a \(kind.rawValue) cannot be created in the \(role.rawValue) without its "
                        + "\(field.name), which the policy does not name", suggestion: "add the field '\(field.name)'")
                continue
            }
            if entry.rule.owner != role, !entry.rule.flowsTo.contains(role) {
                fault(
                    entry.key, path,
                    "a \(kind.rawValue) cannot be created in the \(role.rawValue) without its "
                        + "\(field.name), which does not flow there", suggestion: "add \(role.rawValue) to flows_to")
            } else if !draft.broken.contains(parent), !isThere(parent, in: role, draft) {
                fault(
                    entry.key, path,
                    "a \(kind.rawValue) goes to the \(role.rawValue), but its \(parent.rawValue), "
                        + "without which it cannot be created, never does",
                    suggestion: "let fields of \(parent.rawValue) flow to \(role.rawValue), with a gate that opens")
            }
        }
    }

    /// Whether records of the entity are in systems of the role at all.
    private func isThere(_ kind: EntityKind, in role: Role, _ draft: PolicyDraft) -> Bool {
        guard let entity = draft.entities[kind] else { return false }
        if entity.fields.contains(where: { $0.value.rule.owner == role }) || !entity.broken.isEmpty { return true }
        return isCreated(kind, entity, in: role, draft)
    }

    private mutating func checkHolds(_ draft: PolicyDraft) {
        for node in draft.criticalScope {
            guard let name = node.word, let field = draft.entities[.job]?.fields[FieldName(name)] else { continue }
            if field.rule.owner == .fsm {
                fault(
                    node, "lists.critical_scope", "job.\(name) is owned by the FSM, whose own work cannot wait for it",
                    suggestion: "list fields that another system owns")
            }
        }
        guard draft.settings.inProgress.isEmpty else { return }
        for kind in EntityKind.allCases {
            let fields = draft.entities[kind]?.fields ?? [:]
            if let held = fields.filter({ $0.value.rule.holdsInProgress }).min(by: { $0.key < $1.key }) {
                fault(
                    held.value.key, "\(kind.rawValue).\(held.key)",
                    "is held while the job is in progress, but no status counts as in progress",
                    suggestion: "add lists.in_progress")
            }
        }
    }

    private mutating func checkTriggers(_ draft: PolicyDraft) {
        for (node, trigger) in draft.triggers {
            guard !draft.broken.contains(trigger.entity) else { continue }
            let entity = draft.entities[trigger.entity]
            let isKnown = [trigger.statusField, trigger.historyField].contains { name in
                entity?.fields[name] != nil || entity?.broken.contains(name) ?? false
            }
            if !isKnown {
                fault(
                    node, "triggers",
                    "\(trigger.effect.rawValue) would never happen, since "
                        + "\(trigger.entity.rawValue).\(trigger.statusField) is not synced",
                    suggestion: "add the field to the entity")
            }
        }
    }
}
