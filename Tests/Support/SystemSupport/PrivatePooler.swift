import Foundation
import Glibc
public import Postgres
import Synchronization

/// A PgBouncer of the test's own that hands each transaction to whichever session of the server is next.
///
/// It takes its sessions in turn, so that what a transaction leaves behind in one is missing in the next.
public final class PrivatePooler: Sendable {
    private static let program = "/usr/sbin/pgbouncer"

    /// Whether this machine has PgBouncer.
    public static var isInstalled: Bool { access(program, X_OK) == 0 }

    /// How many sessions it keeps with the server for each pair of role and database.
    public let sessions: Int
    /// The database through the pooler.
    public let database: PostgresConfiguration

    private let server: PostgresConfiguration
    private let folder: URL
    private let process = Mutex<ChildProcess?>(nil)

    /// The database as a URL, for processes; the search path is kept.
    public var url: String {
        let path = database.searchPath.map { "&search_path=\(Self.escaped($0))" } ?? ""
        return "postgresql://\(Self.escaped(database.user)):\(Self.escaped(database.password ?? ""))@127.0.0.1:"
            + "\(database.port)/\(Self.escaped(database.database))?pooler=transaction\(path)"
    }

    /// Runs a pooler while `body` runs, and leaves nothing of it.
    ///
    /// - Parameter server: the database behind it, by host name, with its password.
    public static func run<Result: Sendable>(
        before server: PostgresConfiguration, sessions: Int, _ body: (PrivatePooler) async throws -> Result
    ) async throws -> Result {
        let folder = try Surroundings.makeFolder()
        defer { try? FileManager.default.removeItem(at: folder) }
        let pooler = PrivatePooler(server, sessions, folder)
        let result: Swift.Result<Result, any Error>
        do {
            try pooler.configure()
            try await pooler.start()
            result = .success(try await body(pooler))
        } catch {
            result = .failure(error)
        }
        await pooler.crash()
        return try result.get()
    }

    private init(_ server: PostgresConfiguration, _ sessions: Int, _ folder: URL) {
        self.server = server
        self.sessions = sessions
        self.folder = folder
        var database = server
        database.host = "127.0.0.1"
        database.port = UInt16(FreePort.take())
        database.behindTransactionPooler = true
        self.database = database
    }

    /// Starts it and waits until it keeps all of its sessions.
    public func start() async throws {
        let child = try await ChildProcess(
            "pgbouncer", PrivatePostgres.asItsUser + [Self.program, folder.appending(path: "pgbouncer.ini").path()],
            environment: Surroundings.environment, log: folder.appending(path: "pgbouncer.log"))
        process.withLock { $0 = child }
        try await eventually("the pooler has started", within: .seconds(30)) {
            guard child.isRunning else { throw ChildFailure("pgbouncer", "has ended", child.log) }
            let connection = try await PostgresConnection.connect(database)
            await connection.close()
            return true
        }
        // It opens a session when all others are in use.
        var users: [PostgresConnection] = []
        for _ in 0..<sessions {
            let connection = try await PostgresConnection.connect(database)
            users.append(connection)
            try await connection.execute("begin")
        }
        for connection in users {
            // One that leaves in the middle of a transaction would take its session along.
            try await connection.execute("rollback")
            await connection.close()
        }
    }

    /// Kills it.
    public func crash() async {
        await process.withLock(\.self)?.crash()
    }

    private func configure() throws {
        let users = "\"\(Self.quoted(server.user))\" \"\(Self.quoted(server.password ?? ""))\"\n"
        let settings = """
            [databases]
            * = host=\(server.host) port=\(server.port)
            [pgbouncer]
            listen_addr = 127.0.0.1
            listen_port = \(database.port)
            unix_socket_dir =
            auth_type = scram-sha-256
            auth_file = \(folder.appending(path: "users").path())
            pool_mode = transaction
            default_pool_size = \(sessions)
            min_pool_size = \(sessions)
            server_round_robin = 1
            server_idle_timeout = 0
            max_client_conn = 500

            """
        for (name, text) in [("users", users), ("pgbouncer.ini", settings)] {
            let file = folder.appending(path: name)
            try Data(text.utf8).write(to: file)
            try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: file.path())
            if geteuid() == 0, let user = getpwnam("postgres") { chown(file.path(), user.pointee.pw_uid, 0) }
        }
    }

    private static func quoted(_ text: String) -> String { text.replacing("\"", with: "\"\"") }

    private static func escaped(_ text: String) -> String {
        text.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? text
    }
}
