/// A place in the project that breaks a rule.
struct Violation: Hashable, CustomStringConvertible {
    let path: String
    let line: Int?
    let message: String

    init(_ file: SourceFile, line: Int? = nil, _ message: String) {
        path = file.path
        self.line = line
        self.message = message
    }

    var description: String {
        "\(path)\(line.map { ":\($0)" } ?? ""): \(message)"
    }
}
