/// A job's two texts in Jobber's one field: the scope first, then what the crew must know.
enum JobberInstructions {
    private static let heading = "For the crew:"

    static func joined(scope: String, crew: String) -> String {
        guard !scope.isEmpty else { return crew }
        return scope + "\n\n" + heading + (crew.isEmpty ? "" : "\n" + crew)
    }

    /// A text without our heading is for the crew as a whole.
    static func split(_ text: String) -> (scope: String, crew: String) {
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        guard let place = lines.firstIndex(of: heading[...]), place > 0 else { return ("", text) }
        var scope = lines[..<place]
        if scope.last?.isEmpty == true { scope.removeLast() }
        return (scope.joined(separator: "\n"), lines[(place + 1)...].joined(separator: "\n"))
    }
}
