/// What a service shows at `/metrics`.
struct Exposition: Sendable {
    private let lines: [Substring]

    init(_ text: String) {
        lines = text.split(separator: "\n").filter { !$0.hasPrefix("#") }
    }

    /// The sum of all series of a name; 0 where there are none.
    func sum(of name: String) -> Double {
        lines.reduce(0) { sum, line in
            guard line.hasPrefix(name), let end = line.dropFirst(name.count).first, end == "{" || end == " ",
                let value = line.split(separator: " ").last.flatMap({ Double($0) })
            else { return sum }
            return sum + value
        }
    }
}
