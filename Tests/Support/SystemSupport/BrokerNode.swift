import Foundation
import Glibc
import Synchronization

/// One node of RabbitMQ, in a folder of its own, which a test may kill and start again.
final class BrokerNode: Sendable {
    static let programs = "/usr/lib/rabbitmq/bin"

    /// What the nodes of one broker share.
    struct Broker: Sendable {
        let mapperPort = FreePort.take()
        let password = String(UInt64.random(in: .min ... .max), radix: 36)
        let cookie = String(UInt64.random(in: .min ... .max), radix: 36)

        /// Starts what nodes find each other by; a node would start it as a daemon that nobody stops.
        func startMapper(in folder: URL) async throws -> ChildProcess {
            try await ChildProcess(
                "epmd", ["epmd", "-relaxed_command_check", "-port", "\(mapperPort)"],
                environment: Surroundings.environment.merging(["ERL_EPMD_ADDRESS": "127.0.0.1"]) { $1 },
                log: folder.appending(path: "epmd.log"))
        }
    }

    let name: String
    let port = FreePort.take()
    private let distributionPort = FreePort.take()
    private let broker: Broker
    private let folder: URL
    private let process = Mutex<ChildProcess?>(nil)

    /// Whether its process was started and runs no more.
    var hasEnded: Bool { process.withLock { $0.map { !$0.isRunning } ?? false } }

    /// Whether its process runs.
    var isRunning: Bool { process.withLock { $0?.isRunning ?? false } }

    /// Writes the configuration of a node.
    ///
    /// - Parameters:
    ///   - name: such as `plumbline@localhost`.
    ///   - settings: lines of its configuration besides.
    init(_ name: String, of broker: Broker, in folder: URL, settings: [String] = []) throws {
        self.name = name
        self.broker = broker
        self.folder = folder
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        try write("[].\n", "enabled_plugins")
        try write("[{kernel,[{inet_dist_use_interface,{127,0,0,1}}]}].\n", "advanced.config")
        let lines =
            [
                "default_user = plumbline", "default_pass = \(broker.password)", "disk_free_limit.absolute = 50MB",
                "log.connection.level = warning",
            ] + settings
        try write(lines.joined(separator: "\n") + "\n", "rabbitmq.conf")
        try write(broker.cookie, ".erlang.cookie")
        try FileManager.default.setAttributes(
            [.posixPermissions: 0o600], ofItemAtPath: folder.appending(path: ".erlang.cookie").path())
    }

    /// Starts the node and waits until it takes connections.
    func start() async throws {
        // What an earlier node has said about its start is not about this one.
        let nodeLog = folder.appending(path: "node.log")
        try? FileManager.default.removeItem(at: nodeLog)
        let child = try await ChildProcess(
            "rabbitmq", [Self.programs + "/rabbitmq-server"],
            environment: Surroundings.environment.merging(environment) { $1 },
            log: folder.appending(path: "rabbitmq.log"))
        process.withLock { $0 = child }
        try await eventually("\(name) has started", within: .seconds(120)) {
            guard child.isRunning else { throw ChildFailure("rabbitmq", "has ended", child.log) }
            return try String(contentsOf: nodeLog, encoding: .utf8).contains("Server startup complete")
        }
    }

    /// Kills the node, as a power failure would.
    func crash() async {
        await process.withLock(\.self)?.crash()
    }

    /// Removes all that the node has written; only while it does not run.
    func wipe() throws {
        precondition(!isRunning, "the broker runs")
        try FileManager.default.removeItem(at: folder.appending(path: "mnesia"))
    }

    /// Runs `rabbitmqctl`.
    ///
    /// - Returns: what it said.
    @discardableResult
    func control(_ command: [String]) async throws -> String {
        let log = folder.appending(path: "rabbitmqctl-\(UInt32.random(in: .min ... .max)).log")
        try await Surroundings.run(
            "rabbitmqctl", [Self.programs + "/rabbitmqctl"] + command, adding: environment, log: log)
        return try String(contentsOf: log, encoding: .utf8)
    }

    private func write(_ text: String, _ name: String) throws {
        try Data(text.utf8).write(to: folder.appending(path: name))
    }

    private var environment: [String: String] {
        let home = folder.path(percentEncoded: false)
        return [
            "HOME": home,
            "RABBITMQ_NODENAME": name,
            "RABBITMQ_NODE_IP_ADDRESS": "127.0.0.1",
            "RABBITMQ_NODE_PORT": "\(port)",
            "RABBITMQ_DIST_PORT": "\(distributionPort)",
            "ERL_EPMD_PORT": "\(broker.mapperPort)",
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
