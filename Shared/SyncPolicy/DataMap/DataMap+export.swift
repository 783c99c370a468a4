public import CanonicalModel

extension DataMap {
    /// The map as a page of Markdown.
    public var markdown: String {
        var lines = ["# Data map", "", "Policy version \(version), SHA-256 `\(hash)`.", ""]
        lines.append("What is not listed is not synced.")
        for section in sections {
            let gates = Role.allCases.map { "\($0.rawValue) \(words(section.gates[$0] ?? .never))" }
            lines += [
                "", "## \(section.entity.rawValue)", "",
                "\(words(section.syncClass)). Records go to: \(gates.joined(separator: ", ")).", "",
                "| field | owner | direction | conflict rule | meaning |", "|--|--|--|--|--|",
            ]
            lines += section.rows.map { row in
                "| \(row.field) | \(row.owner.rawValue) | \(row.direction) | \(row.explanation) | \(row.meaning) |"
            }
        }
        return lines.joined(separator: "\n") + "\n"
    }

    /// The map as JSON.
    public var json: JSONValue {
        [
            "version": .int(version), "hash": .string(hash),
            "entities": .array(
                sections.map { section in
                    var gates = JSONObject()
                    for role in Role.allCases {
                        gates[role.rawValue] = .string((section.gates[role] ?? .never).rawValue)
                    }
                    return [
                        "entity": .string(section.entity.rawValue), "sync": .string(section.syncClass.rawValue),
                        "gates": .object(gates),
                        "fields": .array(
                            section.rows.map { row in
                                [
                                    "field": .string(row.field.name), "owner": .string(row.owner.rawValue),
                                    "flows_to": .array(row.flowsTo.map { .string($0.rawValue) }),
                                    "direction": .string(row.direction),
                                    "on_conflict": .array(row.rule.map(JSONValue.string)),
                                    "explanation": .string(row.explanation), "meaning": .string(row.meaning),
                                ]
                            }),
                    ]
                }),
        ]
    }

    private func words(_ gate: Gate) -> String {
        switch gate {
        case .always: "always"
        case .whenNeeded: "when needed"
        case .never: "never"
        }
    }

    private func words(_ syncClass: SyncClass) -> String {
        switch syncClass {
        case .realTime: "Real-time"
        case .nearRealTime: "Near-real-time"
        case .batch: "Batch"
        }
    }
}
