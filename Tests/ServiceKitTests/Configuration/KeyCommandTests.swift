import Foundation
import Glibc
import Testing

@testable import ServiceKit

@Suite("A program that prints a key", .timeLimit(.minutes(1)))
struct KeyCommandTests {
    private let directory: TemporaryDirectory
    private let key = [UInt8]((0..<32).map { UInt8($0 * 5) })

    init() throws {
        directory = try TemporaryDirectory()
    }

    private var base64: String { Data(key).base64EncodedString() }

    /// Writes a script that may be run.
    private func script(_ name: String, _ lines: String, mode: Int = 0o700) throws -> String {
        let path = try directory.file(name, "#!/bin/sh\n\(lines)\n")
        try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: path)
        return path
    }

    private func command(_ text: String, variables: [String] = []) throws -> KeyCommand {
        try #require(KeyCommand(text, variables: variables, key: "master.key.command"))
    }

    /// What it says when it gives no key.
    private func failure(
        _ text: String, variables: [String] = [], within limit: Duration = .seconds(10)
    ) async throws -> String {
        let command = try command(text, variables: variables)
        let error = await #expect(throws: StartupError.self) {
            try await command.run(environment: ["PATH": "/usr/bin:/bin"], within: limit)
        }
        let text = try #require(error?.description)
        #expect(text.hasSuffix("see the key master.key.command (PLUMBLINE_MASTER_KEY_COMMAND)"))
        #expect(!text.contains(base64) && !text.contains("\n"))
        return text
    }

    @Test("gives it in Base64, in hexadecimal digits or as 32 bytes, and gets its arguments as they stand")
    func prints() async throws {
        let raw = try directory.file("raw", Data(key))
        let echo = try script("echo", "[ $# = 1 ] && printf '%s\\n' \"$1\"")
        let digits = key.map { String(format: "%02x", $0) }.joined()
        for text in ["/bin/cat \(raw)", "\(echo) \(base64)", "\(echo) '\(digits)'"] {
            #expect(try await command(text).run(environment: [:]).bytes == key, "\(text)")
        }
        let shown = try script("shown", "[ \"$1\" = '$HOME; a  b' ] && [ -z \"$2\" ] && echo \(base64)")
        #expect(try await command("\(shown) \"$HOME; a  b\" ''").run(environment: [:]).bytes == key)
    }

    @Test("gets PATH, HOME and what is named of the environment, and nothing else")
    func environment() async throws {
        let path = try script(
            "variables", "[ \"$NAMED\" = yes ] && [ -z \"$SECRET\" ] && [ \"$HOME\" = /h ] && echo \(base64)")
        let given = ["PATH": "/usr/bin:/bin", "HOME": "/h", "NAMED": "yes", "SECRET": "s"]
        #expect(try await command(path, variables: ["NAMED"]).run(environment: given).bytes == key)
        let text = try await failure(path, variables: ["ABSENT"])
        #expect(text.contains("shall get the variable ABSENT, which is not set"))
    }

    @Test("is not waited for beyond its time, nor are its children")
    func hangs() async throws {
        let path = try script("hangs", "sleep 600 & wait")
        let start = ContinuousClock.now
        let text = try await failure(path, within: .milliseconds(300))
        #expect(text.contains("has not ended within 0.3 seconds"))
        #expect(ContinuousClock.now - start < .seconds(30))
    }

    @Test("ends when it ends, though a child of it keeps its output open")
    func leavesChild() async throws {
        let path = try script("leaves", "sleep 600 & echo $! >\"$0.pid\"; echo \(base64)")
        #expect(try await command(path).run(environment: ["PATH": "/usr/bin:/bin"]).bytes == key)
        let line = try String(contentsOfFile: path + ".pid", encoding: .utf8).trimmingCharacters(in: .newlines)
        let child = try #require(pid_t(line))
        #expect(kill(child, SIGKILL) == 0, "it still runs")
    }

    @Test("is ended when it prints too much, on either output")
    func printsTooMuch() async throws {
        let text = try await failure(try script("much", "exec cat /dev/zero"))
        #expect(text.contains("has printed more than 4096 bytes"))
        let told = try await failure(
            try script("errors", "head -c 300000 /dev/zero | tr '\\0' . >&2; echo the end >&2; exit 3"))
        #expect(told.contains("the end") && told.utf8.count < 2000)
    }

    @Test("fails with its own words, from which the key is cut out")
    func fails() async throws {
        let text = try await failure(
            try script("fails", "echo \(base64); echo 'no access to \(base64)' >&2; echo 'ask ada' >&2; exit 7"))
        #expect(text.contains("has ended with the exit code 7; it says: no access to *** / ask ada"))
        let other = try await failure(try script("shows", "echo \"have key=\(base64), use it\" >&2; exit 1"))
        #expect(other.contains("have key=***"))
        #expect(try await failure(try script("killed", "kill -9 $$")).contains("was ended by the signal 9"))
        #expect(try await failure(try script("short", "echo hello")).contains("has printed 6 bytes that are no key"))
        #expect(try await failure(try script("silent", ":")).contains("has printed 0 bytes that are no key"))
    }

    @Test("must be there, and may be run")
    func cannotRun() async throws {
        let locked = try script("locked", "echo \(base64)", mode: 0o600)
        #expect(try await failure(locked).contains("cannot be run: Permission denied"))
        #expect(try await failure("/no/such/program").contains("cannot be run: No such file or directory"))
    }

    @Test("is taken apart at spaces, quotation marks keep them")
    func words() {
        #expect(KeyCommand.words("/a  b\t'c d' \"e 'f'\" g'h i'j ''") == ["/a", "b", "c d", "e 'f'", "gh ij", ""])
        #expect(KeyCommand.words("/a 'b") == nil)
        #expect(KeyCommand.words("/a b\0c") == nil)
        #expect(KeyCommand("", key: "k") == nil)
        #expect(KeyCommand.variables("A, b_2") == ["A", "b_2"])
        for text in ["", "2a", "a=b", "a,ü"] { #expect(KeyCommand.variables(text) == nil, "\(text)") }
    }

    @Test("Two keys that are one are refused: the one that was meant is missing")
    func twice() throws {
        let one = try #require(KeyMaterial(key))
        let other = try #require(KeyMaterial(key.reversed()))
        #expect(try MasterKeys(current: one, previous: other).previous == other)
        #expect(throws: StartupError.self) { try MasterKeys(current: one, previous: one) }
    }
}
