import Foundation
import Glibc
import Synchronization

/// A RabbitMQ of the test's own, which it may kill, start again and rob of its data.
public final class PrivateBroker: Sendable {
    static let programs = "/usr/lib/rabbitmq/bin"

    /// Whether this machine has RabbitMQ.
    public static var isInstalled: Bool { access(programs + "/rabbitmq-server", X_OK) == 0 }

    /// Where it is; the same over restarts.
    public var url: String { "amqp://plumbline:\(password)@127.0.0.1:\(port)/%2f" }

    /// Where its data is when it was to have a volume of its own.
    public let volume: Volume?

    let folder: URL
    private let port = FreePort.take()
    private let mapperPort = FreePort.take()
    private let distributionPort = FreePort.take()
    private let password = String(UInt64.random(in: .min ... .max), radix: 36)
    private let mapper: ChildProcess
    private let node = Mutex<ChildProcess?>(nil)

    /// Whether its process was started and runs no more.
    public var hasEnded: Bool { node.withLock { $0.map { !$0.isRunning } ?? false } }

    /// Runs a broker while `body` runs, and leaves nothing of it.
    ///
    /// - Parameter megabytes: how large a volume of its own it has; nil for none.
    public static func run<Result: Sendable>(
        megabytes: Int? = nil, _ body: (PrivateBroker) async throws -> Result
    ) async throws -> Result {
        let folder = try Surroundings.makeFolder()
        defer { try? FileManager.default.removeItem(at: folder) }
        let volume: Volume? =
            if let megabytes { try await Volume(over: folder, megabytes: megabytes) } else { nil }
        defer { volume?.unmount() }
        let broker = try await PrivateBroker(folder, volume)
        let result: Swift.Result<Result, any Error>
        do {
            try await broker.start()
            result = .success(try await body(broker))
        } catch {
            result = .failure(error)
        }
        await broker.end()
        return try result.get()
    }

    private init(_ folder: URL, _ volume: Volume?) async throws {
        self.folder = folder
        self.volume = volume
        // The node would start the port mapper as a daemon that nobody stops.
        mapper = try await ChildProcess(
            "epmd", ["epmd", "-relaxed_command_check", "-port", "\(mapperPort)"],
            environment: Surroundings.environment.merging(["ERL_EPMD_ADDRESS": "127.0.0.1"]) { $1 },
            log: folder.appending(path: "epmd.log"))
        try write("[].\n", "enabled_plugins")
        try write("[{kernel,[{inet_dist_use_interface,{127,0,0,1}}]}].\n", "advanced.config")
        try write(
            """
            default_user = plumbline
            default_pass = \(password)
            disk_free_limit.absolute = 50MB
            log.connection.level = warning

            """, "rabbitmq.conf")
        try write(String(UInt64.random(in: .min ... .max), radix: 36), ".erlang.cookie")
        try FileManager.default.setAttributes(
            [.posixPermissions: 0o600], ofItemAtPath: folder.appending(path: ".erlang.cookie").path())
    }

    /// Starts the node and waits until it takes connections.
    public func start() async throws {
        // What an earlier node has said about its start is not about this one.
        let nodeLog = folder.appending(path: "node.log")
        try? FileManager.default.removeItem(at: nodeLog)
        let child = try await ChildProcess(
            "rabbitmq", [Self.programs + "/rabbitmq-server"],
            environment: Surroundings.environment.merging(environment) { $1 },
            log: folder.appending(path: "rabbitmq.log"))
        node.withLock { $0 = child }
        try await eventually("the broker has started", within: .seconds(90)) {
            guard child.isRunning else { throw ChildFailure("rabbitmq", "has ended", child.log) }
            return try String(contentsOf: nodeLog, encoding: .utf8).contains("Server startup complete")
        }
    }

    /// Kills the node, as a power failure would.
    public func crash() async {
        await node.withLock(\.self)?.crash()
    }

    /// Removes all that the node has written; only while it does not run.
    public func wipe() throws {
        precondition(node.withLock { $0.map { !$0.isRunning } ?? true }, "the broker runs")
        try FileManager.default.removeItem(at: folder.appending(path: "mnesia"))
    }

    private func end() async {
        await crash()
        await mapper.crash()
    }

    private func write(_ text: String, _ name: String) throws {
        try Data(text.utf8).write(to: folder.appending(path: name))
    }

    var environment: [String: String] {
        let home = folder.path(percentEncoded: false)
        return [
            "HOME": home,
            "RABBITMQ_NODENAME": "plumbline@localhost",
            "RABBITMQ_NODE_IP_ADDRESS": "127.0.0.1",
            "RABBITMQ_NODE_PORT": "\(port)",
            "RABBITMQ_DIST_PORT": "\(distributionPort)",
            "ERL_EPMD_PORT": "\(mapperPort)",
            "ERL_EPMD_ADDRESS": "127.0.0.1",
            "RABBITMQ_MNESIA_BASE": home + "mnesia",
            "RABBITMQ_LOG_BASE": home,
            "RABBITMQ_LOGS": home + "node.log",
            "RABBITMQ_PID_FILE": home + "node.pid",
            "RABBITMQ_ENABLED_PLUGINS_FILE": home + "enabled_plugins",
            "RABBITMQ_CONFIG_FILE": home + "rabbitmq.conf",
            "RABBITMQ_ADVANCED_CONFIG_FILE": home + "advanced.config",
            "RABBITMQ_CONF_ENV_FILE": "/dev/null",
            // The start script becomes the node, instead of waiting for it.
            "RUNNING_UNDER_SYSTEMD": "true",
            // A node that waits for work must not spin: the machine runs the tests.
            "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": "+sbwt none +sbwtdcpu none +sbwtdio none",
        ]
    }
}
