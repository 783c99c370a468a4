import Foundation
import Testing

@testable import Faults

@Suite("An operator's terminal")
struct TerminalTests {
    private func terminal<Result>(_ body: (Terminal) async throws -> Result) async throws -> Result {
        let folder = FileManager.default.temporaryDirectory.appending(
            path: "terminal-\(UInt64.random(in: .min ... .max))", directoryHint: .isDirectory)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let result = try await body(
            Terminal(environment: ["PATH": "/usr/bin:/bin", "PLACE": "here"], folder: folder))
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path()) == [])
        return result
    }

    @Test("gives what a command has written, apart from its complaints")
    func output() async throws {
        let answer = try await terminal {
            try await $0.attempt(
                ["sh", "-c", #"echo "$PLACE $MORE"; echo oh >&2; exit 3"#], adding: ["MORE": "or not"])
        }
        #expect(answer.code == 3)
        #expect(answer.text == "here or not\n")
        #expect(answer.complaint == "oh\n")
    }

    @Test("tells of a command that has failed with the last that it has written")
    func failure() async throws {
        let error = try await terminal { terminal in
            await #expect(throws: CommandFailure.self) {
                try await terminal.run(["sh", "-c", "seq 1 20; echo no network >&2; exit 1"])
            }
        }
        let text = try #require(error).description
        #expect(text.hasPrefix("`sh -c seq 1 20; echo no network >&2; exit 1` ended with 1:\n"))
        #expect(text.contains("  20"))
        #expect(!text.contains("  2\n"))
    }

    @Test("ends a command that takes too long, and says so")
    func tooLong() async throws {
        let error = try await terminal { terminal in
            await #expect(throws: CommandFailure.self) {
                try await terminal.run(["sh", "-c", "echo begun; exec sleep 600"], within: .milliseconds(300))
            }
        }
        #expect(try #require(error).description.contains("has not ended within"))
    }
}
