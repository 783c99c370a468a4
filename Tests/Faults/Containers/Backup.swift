import Foundation

/// A backup of the database, away from it.
struct Backup: Sendable {
    let file: URL
    /// When it was begun.
    let date: Date

    /// As operators write it.
    var time: String { date.formatted(.iso8601) }
    /// As histories have it, in nanoseconds since 1970.
    var nanoseconds: Int { Int(date.timeIntervalSince1970 * 1_000_000_000) }
    var age: Duration { .seconds(Date.now.timeIntervalSince(date)) }

    private static let inside = "/tmp/plumbline.backup"

    /// Takes a backup as the runbook says (deploy/runbooks/database-restored.md), while everything runs.
    static func take(from bed: ContainerBed, to folder: URL) async throws -> Backup {
        let backup = Backup(file: folder.appending(path: "plumbline.backup"), date: .now)
        try await bed.project.run(
            [
                "exec", "-T", "postgres", "pg_dump", "--username=plumbline", "--format=custom", "--no-owner", "--file",
                inside, "plumbline",
            ], within: .seconds(300))
        let postgres = try await server(of: bed)
        try await bed.engine.copy("\(postgres.id):\(inside)", to: backup.file.path())
        return backup
    }

    /// Puts it in the place of what is there, as the runbook says; no service may run.
    func restore(into bed: ContainerBed) async throws {
        let postgres = try await Self.server(of: bed)
        try await bed.engine.copy(file.path(), to: "\(postgres.id):\(Self.inside)")
        let quiet = ["exec", "-T", "-e", "PGOPTIONS=--client-min-messages=warning", "postgres"]
        try await bed.project.run(
            quiet + [
                "psql", "--username=plumbline", "--quiet", "--set=ON_ERROR_STOP=1",
                "--command=drop schema public cascade; create schema public", "plumbline",
            ])
        try await bed.project.run(
            quiet + [
                "pg_restore", "--username=plumbline", "--no-owner", "--exit-on-error", "--dbname=plumbline",
                Self.inside,
            ], within: .seconds(300))
    }

    private static func server(of bed: ContainerBed) async throws -> Container {
        guard let postgres = try await bed.engine.replicas(of: "postgres").first else {
            throw DrillFailure("there is no container of postgres")
        }
        return postgres
    }
}
