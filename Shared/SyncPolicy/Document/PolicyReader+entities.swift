import CanonicalModel

extension PolicyReader {
    /// Reads the entities with their fields into the draft.
    mutating func entities(_ node: PolicyNode, into draft: inout PolicyDraft) {
        let names = EntityKind.allCases.map(\.rawValue)
        for member in members(node, "entities") ?? [] {
            guard let kind = EntityKind(rawValue: member.name) else {
                fault(
                    member.key, "entities.\(member.name.prefix(64))", "there is no entity '\(member.name.prefix(64))'",
                    suggestion: Suggestion.among(names, for: member.name))
                continue
            }
            if let entity = entity(kind, member.key, member.value, draft.settings.criticalScope) {
                draft.entities[kind] = entity
            } else {
                draft.broken.insert(kind)
            }
        }
    }

    private mutating func entity(
        _ kind: EntityKind, _ key: PolicyNode, _ node: PolicyNode, _ criticalScope: Set<FieldName>
    ) -> PolicyDraft.Entity? {
        let path = kind.rawValue
        guard let members = members(node, path, keys: ["sync", "gates", "fields"]) else { return nil }
        var entity = PolicyDraft.Entity(key: key)
        if let sync = members["sync"],
            let word = word(sync, "\(path).sync", "a sync class", of: SyncClass.allCases.map(\.rawValue))
        {
            entity.syncClass = SyncClass(rawValue: word) ?? .realTime
        }
        if let gates = members["gates"] { entity.gates = self.gates(gates, "\(path).gates") }
        guard let fields = members["fields"] else {
            fault(
                key, path, "has no fields, so nothing of it is synced",
                suggestion: "add 'fields:', or remove the entity")
            return nil
        }
        let declaration = ModelCatalog.declaration(of: kind)
        for member in self.members(fields, "\(path).fields") ?? [] {
            let name = FieldName(member.name)
            guard let field = declaration[name] else {
                fault(
                    member.key, "\(path).\(member.name.prefix(64))",
                    "\(kind.rawValue) has no field '\(member.name.prefix(64))'",
                    suggestion: Suggestion.among(declaration.fields.map(\.name.name), for: member.name))
                continue
            }
            let isCritical = kind == .job && criticalScope.contains(name)
            if let rule = rule(of: field, in: kind, member.key, member.value, isCritical: isCritical) {
                entity.fields[name] = PolicyDraft.Field(key: member.key, rule: rule)
            } else {
                entity.broken.insert(name)
            }
        }
        return entity
    }

    private mutating func gates(_ node: PolicyNode, _ path: String) -> [Role: (node: PolicyNode, gate: Gate)] {
        var gates: [Role: (node: PolicyNode, gate: Gate)] = [:]
        for member in members(node, path) ?? [] {
            guard let role = role(member.key, path) else { continue }
            let words = Gate.allCases.map(\.rawValue)
            if let word = word(member.value, "\(path).\(role.rawValue)", "a gate", of: words) {
                gates[role] = (member.value, Gate(rawValue: word) ?? .never)
            }
        }
        return gates
    }

    /// The rule of a field; nil where any part of it is faulty.
    private mutating func rule(
        of field: FieldDeclaration, in kind: EntityKind, _ key: PolicyNode, _ node: PolicyNode, isCritical: Bool
    ) -> FieldRule? {
        let path = "\(kind.rawValue).\(field.name)"
        let before = faults.count
        let keys = ["owner", "flows_to", "on_conflict", "order_from", "two_way"]
        guard let members = members(node, path, keys: keys) else { return nil }
        let owner = owner(members["owner"], key, path)
        var flowsTo: RoleSet = []
        if let list = members["flows_to"] {
            for element in words(list, "\(path).flows_to", "a role", of: Role.allCases.map(\.rawValue)) ?? [] {
                guard let role = element.word.flatMap(Role.init(rawValue:)) else { continue }
                if role == owner {
                    fault(
                        element, "\(path).flows_to", "\(role.rawValue) owns the field, so it cannot flow there",
                        suggestion: "remove \(role.rawValue)")
                }
                flowsTo.insert(RoleSet(role))
            }
        }
        let isTwoWay = members["two_way"].flatMap { flag($0, "\(path).two_way") } ?? false
        var clause = ConflictClause()
        if let words = members["on_conflict"] { clause = self.clause(words, path, field, kind, owner) }
        if isCritical { clause.holdsInProgress = true }
        clause.discipline = order(members["order_from"], path, field, clause.discipline)
        if let node = members["two_way"], isTwoWay { checkTwoWay(node, path, clause, flowsTo, field) }
        if field.isDerived, let node = members["on_conflict"], clause != ConflictClause() {
            fault(
                node, "\(path).on_conflict", "the value is computed from other records, so nobody's change meets it",
                suggestion: "remove on_conflict")
        }
        guard let owner, faults.count == before else { return nil }
        return FieldRule(
            owner: owner, flowsTo: flowsTo, discipline: clause.discipline, others: clause.others ?? .ownerWins,
            isTwoWay: isTwoWay, holdsInProgress: clause.holdsInProgress, isDerived: field.isDerived)
    }

    private mutating func owner(_ node: PolicyNode?, _ key: PolicyNode, _ path: String) -> Role? {
        guard let node, node.word != "" else {
            fault(key, path, "has no owner", suggestion: "add 'owner: crm', 'owner: fsm' or 'owner: ledger'")
            return nil
        }
        if case .list(let owners) = node.content {
            fault(
                node, "\(path).owner", "has \(owners.count) owners, but a field has exactly one",
                suggestion: "keep one; 'two_way: true' lets the other side write, too")
            return nil
        }
        return role(node, "\(path).owner")
    }

    private mutating func checkTwoWay(
        _ node: PolicyNode, _ path: String, _ clause: ConflictClause, _ flowsTo: RoleSet, _ field: FieldDeclaration
    ) {
        let path = "\(path).two_way"
        if field.isDerived {
            fault(node, path, "the value is computed from other records, so no side writes it", suggestion: "remove it")
        } else if flowsTo.isEmpty {
            fault(node, path, "nobody else has the field", suggestion: "add flows_to")
        } else if clause.discipline != .free {
            fault(
                node, path, "a field that is write_once or monotone cannot be written from two sides",
                suggestion: "remove one of the two rules")
        } else if clause.others != nil {
            fault(
                node, path, "the last change wins in a two-way field, which contradicts its on_conflict",
                suggestion: "remove one of the two rules")
        }
    }
}
