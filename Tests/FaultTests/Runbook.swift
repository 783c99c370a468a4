import Foundation
import SystemSupport
import Testing

/// A page of `deploy/runbooks`, followed block by block.
struct Runbook {
    let name: String
    private let blocks: [String]
    private var position = 0

    static let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../deploy/runbooks")
        .standardized

    /// All pages but the table of contents.
    static func names() throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: folder.path()).filter {
            $0.hasSuffix(".md") && $0 != "README.md"
        }
        .sorted()
    }

    init(_ name: String) throws {
        self.name = name
        let text = try String(contentsOf: Self.folder.appending(path: name), encoding: .utf8)
        blocks = Self.blocks(of: text)
    }

    /// The lines between fences of the language `sh`, whatever they are indented by.
    static func blocks(of text: String) -> [String] {
        var blocks: [String] = []
        var block: [Substring]?
        for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
            let words = line.drop { $0 == " " }
            if block == nil, words == "```sh" {
                block = []
            } else if words == "```", let lines = block {
                blocks.append(lines.joined(separator: "\n"))
                block = nil
            } else {
                block?.append(words)
            }
        }
        return blocks
    }

    /// How many blocks are left.
    var left: Int { blocks.count - position }

    /// Runs the next block as it stands in the page.
    ///
    /// - Returns: what it has written.
    @discardableResult
    mutating func next(
        on system: RunningSystem, adding variables: [String: String] = [:], exits code: Int32 = 0,
        sourceLocation: SourceLocation = #_sourceLocation
    ) async throws -> String {
        let block = try #require(
            left > 0 ? blocks[position] : nil, "\(name) has no further block", sourceLocation: sourceLocation)
        position += 1
        let result = try await system.shell(block, adding: variables)
        #expect(result.code == code, "\(name):\n\(block)\n\(result.text)", sourceLocation: sourceLocation)
        return result.text
    }
}
