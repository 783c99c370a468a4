/// Holds that each migration can be taken back.
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
}
