internal import CanonicalModel
internal import Yams

/// Turns a YAML node into the JSON value that it stands for.
///
/// Plain `true`, `false`, `null`, `~` and numbers are what they look like; whatever is quoted is text, and so is every
/// other word: `no` is not false, and `1e5` keeps its digits.
enum OverlayValue {
    static func json(_ node: Node) -> JSONValue {
        switch node {
        case .scalar(let scalar): value(scalar)
        case .sequence(let sequence): .array(sequence.map { json($0) })
        case .mapping(let mapping):
            .object(
                mapping.reduce(into: JSONObject()) { object, entry in
                    object[entry.key.scalar?.string ?? ""] = json(entry.value)
                })
        case .alias: .null
        }
    }

    private static func value(_ scalar: Node.Scalar) -> JSONValue {
        guard scalar.style == .plain || scalar.style == .any else { return .string(scalar.string) }
        switch scalar.string {
        case "true": return .bool(true)
        case "false": return .bool(false)
        case "null", "~", "": return .null
        default: return JSONNumber(scalar.string).map { .number($0) } ?? .string(scalar.string)
        }
    }
}
