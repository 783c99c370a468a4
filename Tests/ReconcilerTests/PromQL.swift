/// What an expression of PromQL names: series with the labels that choose among them, labels to group by, functions.
///
/// Whether it can be read at all is promtool's to say; this only takes the names out.
struct PromQL {
    /// A series as it is asked for.
    struct Selector: Hashable {
        var series: String
        var labels: Set<String> = []
    }

    private static let groupings: Set<String> = ["by", "without", "on", "ignoring", "group_left", "group_right"]
    private static let words: Set<String> = ["and", "or", "unless", "bool", "offset", "inf", "nan"]

    private(set) var selectors: [Selector] = []
    /// The labels behind `by`, `on` and their like.
    private(set) var grouping: Set<String> = []
    private(set) var functions: Set<String> = []

    init(_ expression: String) {
        let tokens = Self.tokens(expression)
        var position = 0
        func next(_ distance: Int = 1) -> String {
            position + distance < tokens.count ? tokens[position + distance] : ""
        }
        /// The names up to the closing bracket; the position is then that of the bracket.
        func names(until end: String) -> Set<String> {
            var names: Set<String> = []
            while position + 1 < tokens.count, tokens[position] != end {
                if Self.isName(tokens[position]) { names.insert(tokens[position]) }
                position += 1
            }
            return names
        }
        while position < tokens.count {
            let token = tokens[position]
            if Self.groupings.contains(token) {
                if next() == "(" { grouping.formUnion(names(until: ")").subtracting([token])) }
            } else if token == "{" {
                // Braces without a name before them: a series that no catalogue has.
                selectors.append(Selector(series: "{}", labels: names(until: "}")))
            } else if Self.isName(token), !Self.words.contains(token) {
                if next() == "(" || Self.groupings.contains(next()) {
                    functions.insert(token)
                } else if next() == "{" {
                    position += 1
                    selectors.append(Selector(series: token, labels: names(until: "}")))
                } else {
                    selectors.append(Selector(series: token))
                }
            }
            position += 1
        }
    }

    private static func isName(_ token: String) -> Bool {
        token.first.map { $0.isLetter || $0 == "_" } ?? false
    }

    /// Names and single characters; texts, numbers and what stands in square brackets are left out.
    private static func tokens(_ expression: String) -> [String] {
        var tokens: [String] = []
        var rest = expression[...]
        while let first = rest.first {
            if first == "\"" || first == "'" {
                rest.removeFirst()
                while let character = rest.popFirst(), character != first {
                    if character == "\\" { rest = rest.dropFirst() }
                }
            } else if first == "[" {
                rest = rest.drop { $0 != "]" }.dropFirst()
            } else if first.isLetter || first == "_" {
                let name = rest.prefix { $0.isLetter || $0.isNumber || $0 == "_" || $0 == ":" }
                tokens.append(String(name))
                rest = rest.dropFirst(name.count)
            } else if first.isNumber {
                // Also durations, such as 5m.
                rest = rest.drop { $0.isLetter || $0.isNumber || $0 == "." }
            } else {
                if !first.isWhitespace { tokens.append(String(first)) }
                rest.removeFirst()
            }
        }
        return tokens
    }
}
