import CanonicalModel

/// One thing that two policies say differently (R1.13).
public struct PolicyDifference: Sendable, Hashable, CustomStringConvertible {
    /// The place in the policy, such as `job.status.owner`.
    public let path: String
    /// What the first policy says; nil where it says nothing.
    public let before: String?
    /// What the second policy says; nil where it says nothing.
    public let after: String?

    /// The difference in one line.
    public var description: String {
        switch (before, after) {
        case (let before?, let after?): "~ \(path): \(before) → \(after)"
        case (let before?, nil): "- \(path): \(before)"
        default: "+ \(path): \(after ?? "")"
        }
    }

    /// All differences between two policies, ordered by path; none where they decide alike.
    public static func between(_ first: SourceOfTruth, _ second: SourceOfTruth) -> [PolicyDifference] {
        let before = first.statements
        let after = second.statements
        return Set(before.keys).union(after.keys).sorted().compactMap { path in
            before[path] == after[path]
                ? nil : PolicyDifference(path: path, before: before[path], after: after[path])
        }
    }
}

extension SourceOfTruth {
    /// Everything that the policy says, by its path.
    fileprivate var statements: [String: String] {
        var statements = settings.statements
        for trigger in triggers {
            statements["triggers.\(trigger.effect.rawValue).\(trigger.entity.rawValue)"] =
                "passed \(trigger.passed.joined(separator: ", "))"
        }
        for (kind, entity) in entities {
            statements["\(kind.rawValue).sync"] = entity.syncClass.rawValue
            for role in Role.allCases {
                statements["\(kind.rawValue).gates.\(role.rawValue)"] = entity.gate(role).rawValue
            }
            for (name, rule) in entity.fields {
                let path = "\(kind.rawValue).\(name)"
                statements["\(path).owner"] = rule.owner.rawValue
                let targets = rule.flowsTo.roles.map(\.rawValue).joined(separator: ", ")
                statements["\(path).flows_to"] = targets.isEmpty ? "nowhere" : targets
                statements["\(path).on_conflict"] = rule.conflictWords.joined(separator: ", ")
                if rule.isTwoWay { statements["\(path).two_way"] = "true" }
                if case .monotone(let order) = rule.discipline { statements["\(path).order_from"] = order.bindsFrom }
            }
        }
        return statements
    }
}

extension PolicySettings {
    fileprivate var statements: [String: String] {
        var statements = [
            "settings.clock_tolerance": "\(clockTolerance) s", "settings.conflict_window": "\(conflictWindow) s",
            "settings.currency": currency.code, "lists.in_progress": inProgress.sorted().joined(separator: ", "),
            "lists.critical_scope": criticalScope.sorted().map(\.name).joined(separator: ", "),
        ]
        statements["settings.labor_rate"] = laborRate?.description
        if let calendar {
            statements["settings.calendar.zone"] = calendar.zone
            for (day, hours) in calendar.hours {
                statements["settings.calendar.hours.\(day.rawValue)"] = hours.description
            }
            statements["settings.calendar.holidays"] =
                calendar.holidays.sorted().map(\.description).joined(separator: ", ")
        }
        return statements
    }
}
