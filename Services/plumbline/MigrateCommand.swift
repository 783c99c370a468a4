import ArgumentParser
import Operations

/// Brings the database up to date.
struct MigrateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "migrate",
        abstract: "Applies the migrations and installs the shipped policy where none is active.")

    @Option(help: "The policy to install where none is active.")
    var policy = "deploy/policy/source-of-truth.yaml"

    @Option(name: .customLong("as"), help: "Who acts, for the audit log; the operating-system user by default.")
    var actor: String?

    func run() async throws {
        let document = try PolicyFile.read(policy)
        try await Database.with { pool in
            let steps = try await SchemaOperations(pool).migrate()
            print(steps == 0 ? "the database is up to date" : "applied \(steps) migrations")
            let version = try await PolicyFile.operations(pool).install(
                document, by: Database.actor(actor), reason: "the shipped policy", onlyFirst: true)
            if let version { print("installed \(policy) as policy version \(version)") }
        }
    }
}
