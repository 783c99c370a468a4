/// Turns a metric's label and dimensions into Prometheus' spelling.
///
/// A label like `router.events` becomes `router_events`; whatever Prometheus does not allow in a name becomes `_`.
enum MetricName {
    static func name(_ label: String) -> String {
        sanitize(label, extra: [":", "_"])
    }

    /// The text between the braces, sorted by name; empty without dimensions.
    static func labels(_ dimensions: [(String, String)]) -> String {
        dimensions
            .map { (sanitize($0.0, extra: ["_"]), $0.1) }
            .sorted { $0 < $1 }
            .map { "\($0.0)=\"\(escape($0.1))\"" }
            .joined(separator: ",")
    }

    static func escape(_ value: String) -> String {
        var text = ""
        for character in value.unicodeScalars.prefix(256) {
            switch character {
            case "\\": text += "\\\\"
            case "\"": text += "\\\""
            case "\n": text += "\\n"
            default: text.unicodeScalars.append(character)
            }
        }
        return text
    }

    private static func sanitize(_ text: String, extra: Set<Unicode.Scalar>) -> String {
        var name = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            let isLetter = ("a"..."z").contains(scalar) || ("A"..."Z").contains(scalar)
            let isDigit = ("0"..."9").contains(scalar)
            if isDigit, name.isEmpty { name.append("_") }
            name.append(isLetter || isDigit || extra.contains(scalar) ? scalar : "_")
        }
        return name.isEmpty ? "_" : String(name)
    }
}
