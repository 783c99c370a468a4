/// Holds that each migration can be taken back, and that one that takes something from programs of before says so.
enum MigrationRule {
    static func violations(in files: [SourceFile]) -> [Violation] {
        let statements = Dictionary(uniqueKeysWithValues: files.map { ($0.path, $0) })
        return files.flatMap { file -> [Violation] in
            guard file.path.hasSuffix(".up.sql") else { return [] }
            let path = file.path.replacing(".up.sql", with: ".down.sql")
            guard let down = statements[path] else { return [Violation(file, "has no .down.sql")] }
            let isEmpty = down.lines.allSatisfy { line in
                let text = line.drop { $0 == " " }
                return text.isEmpty || text.hasPrefix("--")
            }
            return isEmpty ? [Violation(down, "takes nothing back")] : []
        }
    }

    /// Those that programs of before may not bear, without a line that says which programs they serve; and those that
    /// serve only programs that come with them, so that there is no upgrade without a stop.
    static func unserved(in files: [SourceFile]) -> [Violation] {
        files.flatMap { file -> [Violation] in
            guard file.path.hasSuffix(".up.sql"), let number = Int(file.name.prefix(4)), number > lastOfBefore else {
                return []
            }
            if let mark = file.text.firstMatch(of: /(?m)^-- serves programs since: (\d+)$/) {
                guard let since = Int(mark.1), since < number else {
                    return [Violation(file, "serves no older program; remove in a later release than the use ends")]
                }
                return []
            }
            return takings(in: file.text).map {
                Violation(file, "says \"\($0)\", but no `-- serves programs since: NNNN`")
            }
        }
    }

    /// Migrations up to this one are older than the rule, and their checksums are on record.
    private static let lastOfBefore = 16

    /// What takes something away, or makes what was allowed a fault, in a table that the migration does not make itself.
    private static func takings(in text: String) -> [String] {
        var code = text.lowercased().replacing(/--[^\n]*/, with: "").replacing(/'[^']*'/, with: "''")
        let made = Set(code.matches(of: /create table (?:if not exists )?(\w+)/).map(\.1))
        // Without what is in parentheses, a clause goes to the next comma.
        while case let flat = code.replacing(/\([^()]*\)/, with: " "), flat != code { code = flat }
        code = code.replacing(/\s+/, with: " ")
        let always = [
            /\bdrop (?!not null)\w+/, /\brename\b/, /\balter (?:column )?\w+ (?:set data )?type\b/, /\bset not null\b/,
            /\badd (?:constraint|check|unique|primary|foreign|exclude)\b/, /\btruncate\b/,
        ].flatMap { code.matches(of: $0).map { String($0.0) } }
        let columns = code.matches(of: /\badd (?:column )?[^,;]*\bnot null\b[^,;]*/).map { String($0.0) }
            .filter { !$0.contains(/\b(?:default|generated)\b/) && !always.contains(where: $0.hasPrefix) }
        let indexes = code.matches(of: /create unique index [^;]*?\bon (?:only )?(\w+)/).filter { !made.contains($0.1) }
        return always + columns + indexes.map { String($0.0) }
    }
}
