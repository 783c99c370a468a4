import CanonicalModel

extension PolicyReader {
    /// Reads the triggers.
    mutating func triggers(_ node: PolicyNode) -> [(node: PolicyNode, trigger: Trigger)] {
        let path = "triggers"
        guard case .list(let elements) = node.content else {
            fault(node, path, "must be a list, found \(node.phrase)", suggestion: "begin each trigger with '- effect:'")
            return []
        }
        var triggers: [(node: PolicyNode, trigger: Trigger)] = []
        for element in elements {
            guard let trigger = trigger(element, path) else { continue }
            if triggers.contains(where: { $0.trigger.effect == trigger.effect && $0.trigger.entity == trigger.entity })
            {
                fault(
                    element, path, "\(trigger.effect.rawValue) has a trigger for \(trigger.entity.rawValue) already",
                    suggestion: "put all words into one 'passed' list")
                continue
            }
            triggers.append((element, trigger))
        }
        return triggers
    }

    private mutating func trigger(_ node: PolicyNode, _ path: String) -> Trigger? {
        guard let members = members(node, path, keys: ["effect", "when"]) else { return nil }
        let effects = EffectKind.allCases.map(\.rawValue)
        guard let effectNode = members["effect"], let whenNode = members["when"] else {
            let name = members["effect"] == nil ? "effect" : "when"
            fault(node, path, "a trigger needs '\(name)'", suggestion: "it has an effect, and when it happens")
            return nil
        }
        let effect = word(effectNode, "\(path).effect", "an effect", of: effects).flatMap(EffectKind.init(rawValue:))
        let path = "\(path).when"
        guard let when = self.members(whenNode, path, keys: ["entity", "passed"]) else { return nil }
        guard let entityNode = when["entity"], let passedNode = when["passed"] else {
            let name = when["entity"] == nil ? "entity" : "passed"
            fault(whenNode, path, "the condition needs '\(name)'", suggestion: "{ entity: job, passed: completed }")
            return nil
        }
        guard let effect else { return nil }
        let causes = effect.causes.map(\.rawValue)
        guard
            let kind = word(entityNode, "\(path).entity", "an entity that can cause \(effect.rawValue)", of: causes)
                .flatMap(EntityKind.init(rawValue:)), let progress = Trigger.progress(of: kind)
        else { return nil }
        let count = faults.count
        let passed = words(
            passedNode, "\(path).passed", "a word of \(kind.rawValue).\(progress.status)", of: progress.words)
        guard faults.count == count, let passed, !passed.isEmpty else {
            if faults.count == count { fault(passedNode, "\(path).passed", "the list is empty") }
            return nil
        }
        return Trigger(effect: effect, entity: kind, passed: passed.compactMap(\.word))
    }
}
