import Foundation

/// The files of deploy/monitoring, and promtool, which judges them.
enum Monitoring {
    static let root = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../..").standardized
    static let promtool = "/usr/bin/promtool"
    static var hasPromtool: Bool { FileManager.default.isExecutableFile(atPath: promtool) }

    static func text(_ path: String) throws -> String {
        try String(contentsOf: root.appending(path: path), encoding: .utf8)
    }

    /// Runs promtool in the project's folder: its exit code and its words.
    static func check(_ arguments: [String]) throws -> (code: Int32, text: String) {
        let process = Process()
        process.executableURL = URL(filePath: promtool)
        process.currentDirectoryURL = root
        process.arguments = arguments
        let output = Pipe()
        process.standardOutput = output
        process.standardError = output
        try process.run()
        let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        return (process.terminationStatus, text)
    }

    /// The expressions of a file of rules, those of several lines joined.
    static func expressions(inRules text: String) -> [String] {
        var expressions: [String] = []
        var depth: Int?
        for line in text.split(separator: "\n") {
            let indentation = line.prefix { $0 == " " }.count
            if let open = depth, indentation > open {
                expressions[expressions.count - 1] += " " + line.trimmingCharacters(in: .whitespaces)
                continue
            }
            depth = nil
            guard let match = line.firstMatch(of: #/^ *(?:- )?expr: *(.*)$/#) else { continue }
            let isFolded = match.1 == ">-" || match.1 == "|"
            expressions.append(isFolded ? "" : String(match.1))
            if isFolded { depth = indentation }
        }
        return expressions
    }
}
