import ArgumentParser
import Foundation
import Operations
import Postgres

/// Checks, activates and shows policies.
struct PolicyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "policy", abstract: "Checks, activates and shows who owns which field.",
        subcommands: [Check.self, Activate.self, Export.self])

    struct Check: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Checks a policy file as a whole and lists every fault with its line.")

        @Argument(help: "The policy file.")
        var file: String

        func run() async throws {
            try PolicyFile.check(file)
            print("\(file): no faults")
        }
    }

    struct Activate: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Checks a policy file and makes it the active policy.")

        @Argument(help: "The policy file.")
        var file: String

        @Option(help: "Why, for the audit log.")
        var reason: String

        @Option(name: .customLong("as"), help: "Who acts; the operating-system user by default.")
        var actor: String?

        func run() async throws {
            try PolicyFile.check(file)
            let document = try PolicyFile.read(file)
            try await Database.with { pool in
                let version = try await PolicyFile.operations(pool).install(
                    document, by: Database.actor(actor), reason: reason)
                print("policy version \(version.map(String.init) ?? "?") is active")
            }
        }
    }

    struct Export: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Prints the active policy: as a table for people, as JSON, or as the file that was installed.")

        @Flag(help: "As JSON.")
        var json = false

        @Flag(help: "As the file that was installed.")
        var yaml = false

        func run() async throws {
            let form: PolicyOperations.Form = yaml ? .yaml : json ? .json : .table
            let text = try await Database.with { try await PolicyFile.operations($0).export(form) }
            guard let text else { throw ValidationError("no policy is active; run: plumbline migrate") }
            print(text)
        }
    }
}

/// A policy file as the commands read it.
enum PolicyFile {
    static func read(_ path: String) throws -> String {
        guard let data = FileManager.default.contents(atPath: path), let text = String(bytes: data, encoding: .utf8)
        else { throw ValidationError("cannot read the policy file \(path)") }
        return text
    }

    static func check(_ path: String) throws {
        guard let faults = PolicyOperations.faults(of: try read(path)) else { return }
        FileHandle.standardError.write(Data("\(path):\n\(faults)\n".utf8))
        throw ExitCode(78)
    }

    static func operations(_ pool: PostgresPool) -> PolicyOperations {
        PolicyOperations(pool) { Int64(Date().timeIntervalSince1970 * 1_000_000) }
    }
}
