import Foundation
import Testing

/// `docs/requirements.md` says which requirements the code meets; its last column is made from the tests' names.
///
/// Run with `PLUMBLINE_UPDATE_DOCS=yes` to write the column anew.
@Suite("Requirements")
struct RequirementsTests {
    private static let page = "docs/requirements.md"

    @Test("The page of requirements names the tests of each, and no requirement without a test")
    func page() throws {
        let tests = try Self.tests()
        let text = try SourceTree.file(Self.page).text
        var lines: [String] = []
        var rows: Set<String> = []
        for line in text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init) {
            let cells = line.split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) }
            guard line.hasPrefix("| R"), cells.count >= 2 else {
                lines.append(line)
                continue
            }
            let named = tests[cells[0]] ?? []
            #expect(!named.isEmpty, "\(cells[0]) stands in the page, and no test names it")
            rows.insert(cells[0])
            lines.append("| \(cells[0]) | \(cells[1]) | \(named.joined(separator: "<br>")) |")
        }
        for id in Set(tests.keys).subtracting(rows).sorted() {
            Issue.record("a test names \(id), and docs/requirements.md does not say what it means")
        }
        let fresh = lines.joined(separator: "\n")
        if ProcessInfo.processInfo.environment["PLUMBLINE_UPDATE_DOCS"] == "yes" {
            try Data(fresh.utf8).write(to: URL(fileURLWithPath: SourceTree.root + "/" + Self.page))
        } else {
            #expect(text == fresh, "run the test again with PLUMBLINE_UPDATE_DOCS=yes, and commit the page")
        }
    }

    /// The names of tests by the requirement that they name, each with its target.
    private static func tests() throws -> [String: [String]] {
        let name = /@(?:Test|Suite)\(\s*(?:"""((?:[^"]|"(?!""))*)"""|"([^"]*)")/
        var tests: [String: Set<String>] = [:]
        for file in try SourceTree.files("Tests") where !file.path.contains("/ArchitectureTests/") {
            let parts = file.path.split(separator: "/").map(String.init)
            let target = parts.count > 2 ? parts[1] : ""
            for match in file.text.matches(of: name) {
                let raw = match.output.1 ?? match.output.2 ?? ""
                let sentence = raw.replacing("\\\n", with: "").split(whereSeparator: \.isWhitespace)
                    .joined(separator: " ")
                for id in sentence.matches(of: /R\d+\.\d+/) {
                    tests[String(id.output), default: []].insert("\(sentence) · \(target)")
                }
            }
        }
        return tests.mapValues { $0.sorted().map { $0.replacing("|", with: "/") } }
    }
}
