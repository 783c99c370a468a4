import Foundation
import SandboxKit
import SystemSupport

/// Whoever works on the letters by the command line.
struct LetterOperator: Sendable {
    let system: RunningSystem

    /// A group of letters as the command line tells of it.
    struct Group: Sendable, CustomStringConvertible {
        var key: String
        var letters: Int
        var code: String
        var failureClass: String
        var connection: String?
        var cause: String

        var description: String { "\(letters) × \(connection ?? "-") \(code): \(cause)" }
    }

    /// Runs a command, and says how long it took as a whole.
    @discardableResult
    func run(_ arguments: [String]) async throws -> (text: String, seconds: Double) {
        let start = ContinuousClock.now
        let (code, text) = try await system.plumbline(["dead-letters"] + arguments)
        let seconds = (ContinuousClock.now - start).inSeconds
        guard code == 0 else { throw DrillFailure("dead-letters \(arguments.joined(separator: " ")): \(text)") }
        return (text, seconds)
    }

    /// The seconds that a command takes: the middle of three runs.
    func seconds(_ arguments: [String]) async throws -> Double {
        var seconds: [Double] = []
        for _ in 0..<3 { seconds.append(try await run(arguments).seconds) }
        return seconds.sorted()[1]
    }

    /// The groups of open letters.
    func groups() async throws -> [Group] {
        try await json(["group", "--limit", "1000", "--json"]).arrayValue?.map { group in
            Group(
                key: group["group"]?.stringValue ?? "", letters: group["letters"]?.intValue ?? 0,
                code: group["code"]?.stringValue ?? "", failureClass: group["class"]?.stringValue ?? "",
                connection: group["connection"]?.stringValue, cause: group["cause"]?.stringValue ?? "")
        } ?? []
    }

    /// How many letters are open.
    func open() async throws -> Int { try await json(["count", "--json"])["total"]?.intValue ?? 0 }

    /// Corrects what can be corrected, and puts aside what nobody can read.
    ///
    /// - Returns: how many letters were corrected, and how many put aside.
    func tidy() async throws -> (corrected: Int, archived: Int) {
        var counts = (corrected: 0, archived: 0)
        for group in try await groups() {
            let patch: [String]
            switch (group.connection, group.code) {
            case ("quickbooks", "2210"): patch = ["--set", "customer.email=\"\(LetterPlan.email)\""]
            case ("quickbooks", "2050"): patch = ["--set", "customer.legal_name=\"\(LetterPlan.shortLegalName)\""]
            case (_, "unknown_field"):
                patch = ["--remove", "customer.nickname", "--set", "customer.website=\"x.example\""]
            case (_, "unknown_word") where group.cause.contains("robot") || group.cause.contains("kind"):
                patch = ["--set", "customer.kind=\"company\""]
            case (_, "unknown_word"): continue
            default:
                guard group.failureClass == "undecodable" else { continue }
                let answer = try await json(
                    ["archive", "--group", group.key, "--money", "--reason", "nobody can read them", "--json"])
                counts.archived += answer["archived"]?.intValue ?? 0
                continue
            }
            let answer = try await json(
                ["edit", "--group", group.key, "--reason", "the value was wrong", "--json"] + patch)
            counts.corrected += answer["changed"]?.intValue ?? 0
        }
        return counts
    }

    /// Begins a replay of everything, and returns its id.
    func replay() async throws -> String {
        let answer = try await json(
            ["replay", "--all", "--reason", "the causes are mended", "--stop-after", "200", "--json"])
        guard let id = answer["id"]?.stringValue ?? answer["replay"]?.stringValue else {
            throw DrillFailure("the replay has no id: \(answer)")
        }
        return id
    }

    private func json(_ arguments: [String]) async throws -> JSON {
        try JSON(parsing: Array(try await run(arguments).text.utf8))
    }
}
