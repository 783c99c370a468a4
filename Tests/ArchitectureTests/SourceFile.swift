/// A file of the project as text, with the module that its path puts it in.
struct SourceFile {
    /// The path from the root of the project.
    let path: String
    let text: String

    var lines: [Substring] {
        text.split(separator: "\n", omittingEmptySubsequences: false)
    }

    var name: String {
        let file = path.split(separator: "/").last.map(String.init) ?? path
        return file.hasSuffix(".swift") ? String(file.dropLast(6)) : file
    }

    /// The module of a source file in Shared, Services or Tests/Story; nil for other files.
    var module: String? {
        let parts = path.split(separator: "/").map(String.init)
        guard parts.count > 2 else { return nil }
        switch (parts[0], parts[1]) {
        case ("Shared", let module): return module
        case ("Services", "Connectors"): return parts[2]
        case ("Services", "sandbox"): return parts[2] == "main" ? "Sandbox" : "Sandbox" + parts[2]
        case ("Services", let folder): return Self.executables[folder] ?? folder
        case ("Tests", "Story"): return "Story"
        default: return nil
        }
    }

    /// The lines that are not comments, with their numbers.
    var codeLines: [(number: Int, text: Substring)] {
        lines.enumerated().compactMap { index, line in
            let trimmed = line.drop { $0 == " " }
            return trimmed.hasPrefix("//") ? nil : (index + 1, line)
        }
    }

    private static let executables = [
        "crm-adapter": "CRMAdapter", "fsm-adapter": "FSMAdapter", "ledger-adapter": "LedgerAdapter",
        "router": "Router", "reconciler": "Reconciler", "plumbline": "Plumbline",
    ]
}
