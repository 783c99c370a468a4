/// What the command line of a service asks for.
enum ServiceArguments: Equatable {
    /// To run, which is what a service is for.
    case run
    /// To say what it is and which configuration keys it knows.
    case help
    /// To say its version.
    case version
    /// To ask the process that runs how it is.
    case health(HealthQuestion)
    /// Nothing that it knows; with the first word that is wrong.
    case wrong(String)

    /// Reads the words behind the program's name.
    init(_ words: [String]) {
        guard let first = words.first else {
            self = .run
            return
        }
        let rest = Array(words.dropFirst())
        switch first {
        case "health":
            let word = rest.first ?? HealthQuestion.ready.rawValue
            if rest.count > 1 {
                self = .wrong(rest[1])
            } else if let question = HealthQuestion(rawValue: word) {
                self = .health(question)
            } else {
                self = .wrong(word)
            }
        case "--help", "-h", "--version":
            if let more = rest.first {
                self = .wrong(more)
            } else {
                self = first == "--version" ? .version : .help
            }
        default: self = .wrong(first)
        }
    }

    /// What may be asked, for people.
    static func usage(of name: String) -> String {
        "usage: \(name) [--help | --version | health [live|ready]]"
    }
}
