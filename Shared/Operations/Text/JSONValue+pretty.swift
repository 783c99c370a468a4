internal import CanonicalModel

extension JSONValue {
    /// The value over several lines, for people.
    var prettyText: String { pretty(indent: "  ") }

    private func pretty(indent: String) -> String {
        let deeper = indent + "  "
        switch self {
        case .object(let object) where !object.isEmpty:
            let lines = object.members.map { member in
                "\(deeper)\(JSONValue.string(member.key).jsonText): \(member.value.pretty(indent: deeper))"
            }
            return "{\n" + lines.joined(separator: ",\n") + "\n\(indent)}"
        case .array(let elements) where !elements.isEmpty:
            return "[\n" + elements.map { deeper + $0.pretty(indent: deeper) }.joined(separator: ",\n") + "\n\(indent)]"
        default: return jsonText
        }
    }
}
