public import Foundation
import Glibc
import Postgres
import Synchronization

/// A PostgreSQL of the test's own, which it may kill and start again.
public final class PrivatePostgres: Sendable {
    /// Where the database is; the same over restarts.
    public var url: String { "postgresql://plumbline:\(password)@127.0.0.1:\(port)/postgres" }

    private let folder: URL
    private let programs: URL
    private let port = FreePort.take()
    private let password = String(UInt64.random(in: .min ... .max), radix: 36)
    private let server = Mutex<ChildProcess?>(nil)

    /// Whether this machine has PostgreSQL.
    public static var isInstalled: Bool { installed != nil }

    /// Whether its process was started and runs no more.
    public var hasEnded: Bool { server.withLock { $0.map { !$0.isRunning } ?? false } }

    /// Where its data is when it was to have a volume of its own.
    public let volume: Volume?

    /// Runs a server while `body` runs, and leaves nothing of it.
    ///
    /// - Parameter megabytes: how large a volume of its own it has; nil for none.
    public static func run<Result: Sendable>(
        megabytes: Int? = nil, _ body: (PrivatePostgres) async throws -> Result
    ) async throws -> Result {
        let folder = try Surroundings.makeFolder()
        defer { try? FileManager.default.removeItem(at: folder) }
        let volume: Volume? =
            if let megabytes { try await Volume(over: folder, megabytes: megabytes) } else { nil }
        defer { volume?.unmount() }
        let postgres = try PrivatePostgres(folder, volume)
        let result: Swift.Result<Result, any Error>
        do {
            try await postgres.initialize()
            try await postgres.start()
            result = .success(try await body(postgres))
        } catch {
            result = .failure(error)
        }
        await postgres.server.withLock(\.self)?.stop(by: SIGINT)
        return try result.get()
    }

    private init(_ folder: URL, _ volume: Volume?) throws {
        self.folder = folder
        self.volume = volume
        guard let programs = Self.installed else {
            throw ChildFailure("postgres", "is not installed below /usr/lib/postgresql", folder)
        }
        self.programs = programs
    }

    /// Starts the server and waits until it takes connections.
    public func start() async throws {
        let command =
            Self.asItsUser + [
                programs.appending(path: "postgres").path(), "-D", data.path(), "-p", "\(port)",
                "-c", "listen_addresses=127.0.0.1", "-c", "unix_socket_directories=", "-c", "max_connections=200",
            ] + memory.flatMap { ["-c", $0] }
        let child = try await ChildProcess(
            "postgres", command, environment: Surroundings.environment, log: folder.appending(path: "postgres.log"))
        server.withLock { $0 = child }
        var configuration = try PostgresConfiguration(url: url)
        configuration.connectTimeout = .seconds(5)
        try await eventually("the database has started", within: .seconds(60)) { [configuration] in
            guard child.isRunning else { throw ChildFailure("postgres", "has ended", child.log) }
            let connection = try await PostgresConnection.connect(configuration)
            await connection.close()
            return true
        }
    }

    /// Kills the server, as a power failure would, and waits until its children have noticed.
    public func crash() async throws {
        await server.withLock(\.self)?.crash()
        // They work in the data folder; a new server does not start beside them.
        let data = data.path()
        try await eventually("the end of the children of postgres") {
            try !FileManager.default.contentsOfDirectory(atPath: "/proc").contains { entry in
                entry.first?.isNumber == true
                    && (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/\(entry)/cwd")) == data
            }
        }
    }

    /// Stops the server, copies all of its data, and starts it again.
    ///
    /// - Returns: the copy, for `restore`; it goes with the server.
    public func backUp() async throws -> URL {
        let copy = folder.appending(path: "backup-\(UInt32.random(in: .min ... .max))")
        await server.withLock(\.self)?.stop(by: SIGINT, within: .seconds(60))
        try await Self.copy(data, to: copy, log: folder.appending(path: "backup.log"))
        try await start()
        return copy
    }

    /// Stops the server, puts a copy in the place of its data, and starts it again: all that was written since is lost.
    public func restore(_ copy: URL) async throws {
        await server.withLock(\.self)?.stop(by: SIGINT, within: .seconds(60))
        try FileManager.default.removeItem(at: data)
        try await Self.copy(copy, to: data, log: folder.appending(path: "restore.log"))
        try await start()
    }

    /// Copies a folder with the owners of its files.
    private static func copy(_ source: URL, to target: URL, log: URL) async throws {
        try await Surroundings.run("cp", ["cp", "-a", source.path(), target.path()], log: log)
    }

    /// On a disk of its own, as small as that may be, the log of changes is bounded. Elsewhere the server is set as for work:
    /// with a log that small it would write every page anew all the time.
    private var memory: [String] {
        volume == nil
            ? ["shared_buffers=512MB", "max_wal_size=4GB", "checkpoint_timeout=15min", "wal_compression=on"]
            : ["max_wal_size=192MB"]
    }

    private var data: URL { folder.appending(path: "data") }

    private func initialize() async throws {
        let home = folder.appending(path: "password")
        try Data(password.utf8).write(to: home)
        try FileManager.default.createDirectory(
            at: data, withIntermediateDirectories: false, attributes: [.posixPermissions: 0o700])
        if geteuid() == 0, let user = getpwnam("postgres") {
            for path in [home.path(), data.path()] { chown(path, user.pointee.pw_uid, user.pointee.pw_gid) }
        }
        try await Surroundings.run(
            "initdb",
            Self.asItsUser + [
                programs.appending(path: "initdb").path(), "-D", data.path(), "-U", "plumbline", "-A", "scram-sha-256",
                "--pwfile", home.path(), "-E", "UTF8", "--locale=C.UTF-8", "--no-sync",
            ], log: folder.appending(path: "initdb.log"))
        try FileManager.default.removeItem(at: home)
    }

    /// PostgreSQL refuses to run as root: then it is the user of the Debian package.
    ///
    /// The kernel forgets on a change of user that the child is to die with its parent: it is said again.
    static var asItsUser: [String] {
        guard geteuid() == 0 else { return [] }
        return [
            "setpriv", "--reuid=postgres", "--regid=postgres", "--init-groups", "--reset-env", "--pdeathsig", "KILL",
            "--",
        ]
    }

    private static var installed: URL? {
        let root = URL(filePath: "/usr/lib/postgresql")
        let versions = (try? FileManager.default.contentsOfDirectory(atPath: root.path())) ?? []
        return versions.compactMap(Int.init).sorted(by: >)
            .map { root.appending(path: "\($0)/bin") }
            .first { access($0.appending(path: "postgres").path(), X_OK) == 0 }
    }
}
