/// Reads the import lines of a file and holds them against the table.
enum ImportRule {
    struct Import: Equatable {
        let module: String
        let isInternal: Bool
        let line: Int
    }

    static func imports(of file: SourceFile) -> [Import] {
        file.codeLines.compactMap { number, text in
            guard text.contains("import ") else { return nil }
            let pattern =
                #/
                ^\s*(?:@\w+(?:\([^)]*\))?\s+)*
                (?:(public|package|internal|fileprivate|private)\s+)?
                import\s+(?:(?:struct|class|enum|protocol|func|var|let|typealias|actor)\s+)?
                (\w+)
                /#
            guard let match = text.prefixMatch(of: pattern) else { return nil }
            return Import(module: String(match.2), isInternal: match.1 == "internal", line: number)
        }
    }

    static func violations(in files: [SourceFile]) -> [Violation] {
        files.flatMap { file in violations(in: file) }
    }

    private static func violations(in file: SourceFile) -> [Violation] {
        guard let module = file.module else { return [] }
        guard let allowed = ImportTable.allowed[module] else {
            return [Violation(file, "the module \(module) has no row in the import table")]
        }
        return imports(of: file).compactMap { entry in
            let isOurs = ImportTable.allowed.keys.contains(entry.module) || ImportTable.libraries.contains(entry.module)
            if isOurs, entry.module != module, !allowed.contains(entry.module) {
                return Violation(file, line: entry.line, "\(module) must not import \(entry.module)")
            }
            if ImportTable.libraries.contains(entry.module), !entry.isInternal {
                return Violation(file, line: entry.line, "\(entry.module) must be imported by `internal import`")
            }
            return nil
        }
    }
}
