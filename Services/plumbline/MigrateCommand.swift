import ArgumentParser
import Foundation
import Operations

/// Brings the database up to date.
struct MigrateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "migrate",
        abstract: "Applies the migrations, and installs the shipped policy where none is active.",
        discussion: """
            It also makes the database roles plumbline_viewer, which sees everything but protected values, and
            plumbline_operator, which may replay, edit and archive dead letters, and gives them their rights on the tables
            of this schema. Grant them to the roles that people log in as.

            A database that is newer and still serves programs of this version is left as it is, which is no failure; one
            that no longer serves them is a failure that says so. It is a failure, too, and nothing is applied, where the upgrade
            before was not finished (plumbline upgrade finish), or that of a newer version was.
            """)

    @Option(help: "The policy to install where none is active.")
    var policy = "deploy/policy/source-of-truth.yaml"

    @Option(name: .customLong("as"), help: "Who acts, for the audit log; the operating-system user by default.")
    var actor: String?

    func run() async throws {
        let document = try PolicyFile.read(policy)
        try await Database.with { pool in
            let migrated = try await SchemaOperations(pool).migrate()
            if let newer = migrated.newer {
                print("\(newer): nothing is to be done")
                return
            }
            print(migrated.steps == 0 ? "the database is up to date" : "applied \(migrated.steps) migrations")
            if let warning = migrated.warning {
                FileHandle.standardError.write(Data("plumbline: warning: \(warning)\n".utf8))
            }
            let version = try await PolicyFile.operations(pool).install(
                document, by: Database.actor(actor), reason: "the shipped policy", onlyFirst: true)
            if let version { print("installed \(policy) as policy version \(version)") }
        }
    }
}
