import Foundation
import Messaging
import Postgres
import RabbitMQ
import SandboxKit
import SandboxSupport

/// Runs the whole system while `body` runs; leaves no process, no queue and no file.
///
/// When the body fails, the last lines of all logs go to standard error.
public func withSystem<Result: Sendable>(
    on servers: SystemServers, _ settings: SystemSettings = SystemSettings(),
    _ body: (RunningSystem) async throws -> Result
) async throws -> Result {
    let folder = try Surroundings.makeFolder()
    defer { try? FileManager.default.removeItem(at: folder) }
    let system = try await SystemStart(servers: servers, settings: settings, folder: folder).run()
    let result: Swift.Result<Result, any Error>
    do {
        for service in SystemService.allCases { try await system.startAll(service) }
        try await system.isReady()
        try await system.isConnected()
        result = .success(try await body(system))
    } catch {
        result = .failure(error)
        FileHandle.standardError.write(Data("\(error)\n\(system.logs())\n".utf8))
    }
    let stuck = await system.stop()
    await system.deleteQueues()
    let value = try result.get()
    guard stuck.isEmpty else { throw SystemStuck(processes: stuck) }
    return value
}

/// Processes did not end when they were asked to.
public struct SystemStuck: Error, CustomStringConvertible {
    let processes: [String]

    /// Names them.
    public var description: String { "had to be killed: " + processes.joined(separator: ", ") }
}

/// Puts a system together: the vendors, the schema, the connections; services are not started yet.
struct SystemStart {
    let servers: SystemServers
    let settings: SystemSettings
    let folder: URL

    func run() async throws -> RunningSystem {
        try await migrate()
        let sandbox = try await startSandbox()
        do {
            return try await connect(sandbox.child, ports: sandbox.ports)
        } catch {
            await sandbox.child.crash()
            throw error
        }
    }

    private func migrate() async throws {
        let programs = settings.migrator.map { URL(filePath: $0) } ?? Surroundings.programs
        let program = programs.appending(path: "plumbline").path()
        try await Surroundings.run(
            "plumbline migrate", [program, "migrate", "--policy", Surroundings.policy.path(), "--as", "test"],
            adding: ["PLUMBLINE_DATABASE_URL": servers.databaseURL], log: folder.appending(path: "migrate.log"))
    }

    private func startSandbox() async throws -> (child: ChildProcess, ports: JSON) {
        let ready = folder.appending(path: "sandbox.ready")
        var command = [
            Surroundings.programs.appending(path: "sandbox").path(), "--ready-file", ready.path(), "--seed",
            "\(settings.seed)", "--latency-ms", "\(settings.latencyMilliseconds)",
        ]
        if settings.liftsLimits { command.append("--lift-limits") }
        let child = try await ChildProcess(
            "sandbox", command, environment: Surroundings.environment, log: folder.appending(path: "sandbox.log"))
        do {
            let ports = try await eventually("the sandbox is ready") { () -> JSON? in
                guard child.isRunning else { throw ChildFailure("sandbox", "has ended", child.log) }
                let line = try JSON(parsing: Array(Data(contentsOf: ready)))
                return line["ports"]
            }
            return (child, ports)
        } catch {
            await child.crash()
            throw error
        }
    }

    private func connect(_ sandbox: ChildProcess, ports: JSON) async throws -> RunningSystem {
        for name in ["connections", "secrets", "audit"] {
            try FileManager.default.createDirectory(
                at: folder.appending(path: name), withIntermediateDirectories: true)
        }
        for name in ["master-key", "audit-signing-key"] {
            let key = Data((0..<32).map { _ in UInt8.random(in: .min ... .max) })
            try key.write(to: folder.appending(path: "secrets/\(name)"))
        }
        let services = SystemService.allCases.flatMap { service -> [SystemProcess] in
            // Behind a proxy all replicas have one address, at which vendors call: here it is the first one's.
            let port = FreePort.take()
            return (0..<settings.replicas[service, default: 1]).map { replica in
                SystemProcess(
                    service, replica: replica, port: replica == 0 ? port : FreePort.take(), folder: folder,
                    command: settings.commands[service], environment: environment(of: service, port: port))
            }
        }
        var vendors: [String: SandboxClient] = [:]
        for vendor in Vendor.all {
            guard let port = ports[vendor.name]?.intValue else {
                throw ChildFailure("sandbox", "has no port for \(vendor.name)", sandbox.log)
            }
            let adapter = services.first { $0.service == vendor.service && $0.replica == 0 }
            vendors[vendor.name] = try await ConnectionWriter(vendor: vendor, port: port, folder: folder)
                .connect(webhooks: adapter?.url, settings)
        }
        let pool = PostgresPool(try PostgresConfiguration(url: servers.databaseURL))
        return RunningSystem(
            servers: servers, settings: settings, folder: folder, pool: pool, sandbox: sandbox, vendors: vendors,
            services: services)
    }

    private func environment(of service: SystemService, port: Int) -> [String: String] {
        let reached = settings.serversOfServices ?? servers
        let environment = [
            "PLUMBLINE_DATABASE_URL": reached.databaseURL,
            "PLUMBLINE_AMQP_URL": reached.brokerURL,
            "PLUMBLINE_QUEUE_PREFIX": reached.prefix,
            "PLUMBLINE_MASTER_KEY_FILE": folder.appending(path: "secrets/master-key").path(),
            "PLUMBLINE_AUDIT_SIGNING_KEY_FILE": folder.appending(path: "secrets/audit-signing-key").path(),
            "PLUMBLINE_AUDIT_ANCHOR_FILE": folder.appending(path: "audit/anchors.log").path(),
            "PLUMBLINE_CONNECTIONS_DIRECTORY": folder.appending(path: "connections").path(),
            "PLUMBLINE_PUBLIC_URL": "http://127.0.0.1:\(port)",
        ]
        return environment.merging(settings.environment[service] ?? [:]) { $1 }
    }
}

extension RunningSystem {
    /// Removes what the processes have declared at the broker; one that does not answer has nothing to remove.
    func deleteQueues() async {
        let names = BrokerNames(prefix: servers.prefix)
        guard let topology = try? Topology.plumbline(names, connections: Vendor.all.map(\.name)),
            let configuration = try? RabbitConfiguration(url: servers.brokerURL)
        else { return }
        try? await TopologyDeclarer(configuration).delete(topology)
    }
}
