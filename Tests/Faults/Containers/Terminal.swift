import Foundation
import SystemSupport

/// Where an operator types commands: each is run to its end, bounded in time.
struct Terminal: Sendable {
    /// What a command has answered.
    struct Answer: Sendable {
        let code: Int32
        /// What it has written to standard output.
        let text: String
        /// The last of what it has written to standard error.
        let complaint: String
    }

    /// The environment of the commands.
    let environment: [String: String]
    /// Where what they write lies until they have ended.
    let folder: URL

    /// Runs a command that has to succeed, and gives what it has written to standard output.
    ///
    /// - Throws: `CommandFailure` with the last of what it has written, also when it has not ended in time and was killed.
    @discardableResult
    func run(
        _ command: [String], adding variables: [String: String] = [:], within limit: Duration = .seconds(60)
    ) async throws -> String {
        let answer = try await attempt(command, adding: variables, within: limit)
        guard answer.code == 0 else {
            throw CommandFailure(command, "ended with \(answer.code)", answer.complaint + answer.text)
        }
        return answer.text
    }

    /// Runs a command that may fail.
    ///
    /// - Throws: `CommandFailure` when it has not ended in time; it is killed then.
    func attempt(
        _ command: [String], adding variables: [String: String] = [:], within limit: Duration = .seconds(60)
    ) async throws -> Answer {
        let name = "command-\(UInt64.random(in: .min ... .max))"
        let (output, errors) = (folder.appending(path: name + ".out"), folder.appending(path: name + ".err"))
        defer { for file in [output, errors] { try? FileManager.default.removeItem(at: file) } }
        // The shell becomes the command, with its complaints in a file of their own.
        let child = try await ChildProcess(
            command.first ?? "", ["sh", "-c", #"exec 2>"$0"; exec "$@""#, errors.path()] + command,
            environment: environment.merging(variables) { $1 }, log: output)
        do {
            try await eventually("the end of \(command.first ?? "")", within: limit) { !child.isRunning }
        } catch {
            await child.crash()
            if error is CancellationError { throw error }
            throw CommandFailure(command, "has not ended within \(limit)", Self.end(of: errors) + Self.end(of: output))
        }
        return Answer(
            code: child.exitCode ?? -1, text: Self.end(of: output, bytes: 64 << 20), complaint: Self.end(of: errors))
    }

    /// The last of a file, which may be long.
    private static func end(of file: URL, bytes: UInt64 = 4_000) -> String {
        guard let handle = try? FileHandle(forReadingFrom: file) else { return "" }
        defer { try? handle.close() }
        let size = (try? handle.seekToEnd()) ?? 0
        try? handle.seek(toOffset: size > bytes ? size - bytes : 0)
        return String(decoding: (try? handle.readToEnd()) ?? Data(), as: UTF8.self)
    }
}

/// An operator's command has not done what it was given for.
struct CommandFailure: Error, CustomStringConvertible {
    let description: String

    init(_ command: [String], _ what: String, _ text: String) {
        let lines = text.split(separator: "\n").suffix(12).joined(separator: "\n  ")
        description = "`\(command.joined(separator: " "))` \(what)" + (lines.isEmpty ? "" : ":\n  \(lines)")
    }
}
