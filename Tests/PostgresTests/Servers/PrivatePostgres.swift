import Foundation
import Postgres

/// A server of one test's own, in a temporary folder, for what cannot be done to a shared one.
final class PrivatePostgres: Sendable {
    private let folder: String
    private let options: [String]

    /// Where the server's programs are; nil where it is not installed.
    private static let programs: String? = {
        let root = "/usr/lib/postgresql"
        let versions = (try? FileManager.default.contentsOfDirectory(atPath: root)) ?? []
        return versions.compactMap(Int.init).max().map { "\(root)/\($0)/bin" }
    }()

    static var isAvailable: Bool {
        programs != nil && FileManager.default.isExecutableFile(atPath: "/usr/bin/openssl")
    }

    /// Starts a server that listens on a unix socket only, runs the body and stops it.
    static func with(_ body: (PrivatePostgres) async throws -> Void) async throws {
        try await with(options: ["-c", "listen_addresses="], prepare: { _ in }, body)
    }

    /// Starts a server after its folder was prepared, runs the body and stops it.
    static func with(
        options: [String], prepare: (PrivatePostgres) async throws -> Void,
        _ body: (PrivatePostgres) async throws -> Void
    ) async throws {
        let server = try PrivatePostgres(options: options)
        do {
            try await server.program("initdb", ["-A", "trust", "-N", "-U", "postgres", "-D", server.data])
            try await prepare(server)
            try await server.start()
            try await body(server)
            try await server.remove()
        } catch {
            try? await server.remove()
            throw error
        }
    }

    private init(options: [String]) throws {
        var template = Array("/tmp/plumbline-postgres-XXXXXX".utf8CString)
        guard let path = mkdtemp(&template) else { throw CocoaError(.fileWriteUnknown) }
        folder = String(cString: path)
        self.options = options
        chmod(folder, 0o755)
        try own(folder)
    }

    var data: String {
        folder + "/data"
    }

    var configuration: PostgresConfiguration {
        PostgresConfiguration(host: folder, user: "postgres", database: "postgres")
    }

    /// The process that accepts connections.
    func postmaster() throws -> pid_t {
        let text = try String(contentsOfFile: data + "/postmaster.pid", encoding: .utf8)
        guard let pid = text.split(separator: "\n").first.flatMap({ pid_t($0) }) else {
            throw CocoaError(.fileReadCorruptFile)
        }
        return pid
    }

    func start() async throws {
        let settings = ["-c", "unix_socket_directories=\(folder)", "-c", "fsync=off"] + options
        try await program(
            "pg_ctl", ["-w", "-D", data, "-l", folder + "/log", "-o", settings.joined(separator: " "), "start"])
    }

    /// Stops without a goodbye to anybody, like a crash.
    func crash() async throws {
        try await program("pg_ctl", ["-w", "-D", data, "-m", "immediate", "stop"])
    }

    /// Gives a file to the server's user.
    func own(_ path: String) throws {
        guard geteuid() == 0 else { return }
        guard let user = getpwnam("postgres"), chown(path, user.pointee.pw_uid, user.pointee.pw_gid) == 0 else {
            throw CocoaError(.fileWriteNoPermission)
        }
    }

    private func remove() async throws {
        if FileManager.default.fileExists(atPath: data + "/postmaster.pid") { try await crash() }
        try FileManager.default.removeItem(atPath: folder)
    }

    /// Runs a program of the server, which refuses to run as root.
    private func program(_ name: String, _ arguments: [String]) async throws {
        let path = "\(Self.programs ?? "")/\(name)"
        guard geteuid() == 0 else { return try await run(path, arguments) }
        try await run(
            "/usr/bin/setpriv",
            ["--reuid=postgres", "--regid=postgres", "--init-groups", "--reset-env", path] + arguments)
    }
}
