/// A program that prints a 32-byte key, such as the client of a key service.
///
/// It gets its arguments as they are, without a shell, nothing on standard input, and of our environment `PATH`, `HOME` and
/// the variables named. It must end well within ten seconds, and print nothing else on standard output than the key in one of
/// the forms of `KeyMaterial`.
public struct KeyCommand: Sendable, Hashable {
    /// What a command looks like, in words.
    static let form =
        "the absolute path of a program and its arguments, separated by spaces; ' or \" around one that has spaces"
    /// What a list of variables looks like, in words.
    static let variablesForm = "names of variables, separated by commas"

    /// The path of the program.
    public let program: String
    private let arguments: [String]
    private let variables: [String]
    /// The configuration key that it comes from.
    private let key: String

    /// Takes a command apart; nil for one that is none.
    ///
    /// - Parameters:
    ///   - text: the command as `form` says.
    ///   - variables: what it gets from our environment besides `PATH` and `HOME`.
    ///   - key: the configuration key, for messages.
    init?(_ text: String, variables: [String] = [], key: String) {
        guard let words = Self.words(text), let program = words.first, program.hasPrefix("/") else { return nil }
        self.program = program
        arguments = Array(words.dropFirst())
        self.variables = variables
        self.key = key
    }

    /// Runs the program on a thread of its own and reads what it has printed.
    ///
    /// - Throws: `StartupError` with what the program has told on standard error; anything in it that looks like a key is
    ///   cut out.
    func run(
        environment: [String: String], within limit: Duration = .seconds(10)
    ) async throws(StartupError) -> KeyMaterial {
        let run = BoundedProgram(
            path: program, arguments: arguments, environment: try passed(of: environment), limit: limit,
            longestOutput: KeyMaterial.longestForm)
        let outcome: BoundedProgram.Outcome
        do throws(BoundedProgram.Failure) {
            outcome = try await run.run()
        } catch {
            throw fault("cannot be run: \(error)")
        }
        let told = Self.told(outcome)
        switch outcome.end {
        case .exited(0):
            guard let material = KeyMaterial(outcome.output) else {
                throw fault(
                    "has printed \(outcome.output.count) bytes that are no key; allowed: 32 bytes, their Base64 text or "
                        + "64 hexadecimal digits\(told)")
            }
            return material
        case .exited(let code): throw fault("has ended with the exit code \(code)\(told)")
        case .signalled(let signal): throw fault("was ended by the signal \(signal)\(told)")
        case .timedOut: throw fault("has not ended within \(limit)\(told)")
        case .tooLong:
            throw fault("has printed more than \(KeyMaterial.longestForm) bytes; it may print the key alone\(told)")
        }
    }

    private func passed(of environment: [String: String]) throws(StartupError) -> [String: String] {
        var passed: [String: String] = [:]
        for name in ["PATH", "HOME"] { passed[name] = environment[name] }
        for name in variables {
            guard let value = environment[name] else {
                throw fault("shall get the variable \(name), which is not set")
            }
            passed[name] = value
        }
        return passed
    }

    private func fault(_ what: String) -> StartupError {
        let variable = ConfigurationSource.variable(forKey: key)
        return StartupError("the program \(program) \(what); see the key \(key) (\(variable))")
    }

    /// Splits a command at spaces; nil where a quotation mark is left open.
    static func words(_ text: String) -> [String]? {
        var words: [String] = []
        var word: String?
        var quote: Character?
        for character in text {
            switch (character, quote) {
            case (let mark, .some(let open)) where mark == open: quote = nil
            case ("'", .none), ("\"", .none):
                quote = character
                word = word ?? ""
            case (_, .none) where character.isWhitespace:
                if let ended = word { words.append(ended) }
                word = nil
            default: word = (word ?? "") + String(character)
            }
        }
        guard quote == nil else { return nil }
        if let word { words.append(word) }
        // A C string ends there.
        return words.contains { $0.utf8.contains(0) } ? nil : words
    }

    /// Reads names of variables; nil where one can be none.
    static func variables(_ text: String) -> [String]? {
        let names = text.split(separator: ",").map { name in String(name.filter { !$0.isWhitespace }) }
        let isValid = names.allSatisfy { name in
            name.first.map { !$0.isNumber } ?? false
                && name.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_") }
        }
        return isValid && !names.isEmpty ? names : nil
    }

    /// What it has told on standard error, in one line and without anything that looks like a key.
    static func told(_ outcome: BoundedProgram.Outcome) -> String {
        var text = String(decoding: outcome.errors, as: UTF8.self)
        let printed = String(decoding: outcome.output, as: UTF8.self).trimmingLineEnds
        if printed.utf8.count >= 8 { text = text.replacing(printed, with: "***") }
        let lines = text.replacing(#/[A-Za-z0-9+/]{43,}/#, with: "***").split(whereSeparator: \.isNewline)
        let line = lines.joined(separator: " / ").filter { $0.unicodeScalars.allSatisfy { $0.value >= 0x20 } }
        return line.isEmpty ? "" : "; it says: \(line.suffix(1000))"
    }
}
