public import Foundation
import Glibc
public import Postgres
public import SandboxSupport
import Synchronization

/// The whole system as real processes: the imitated vendors, the adapters, the router and the reconciler.
///
/// `withSystem` starts and ends it.
public final class RunningSystem: Sendable {
    /// The servers it works on.
    public let servers: SystemServers
    /// How it was set up.
    public let settings: SystemSettings
    /// Its configuration, secrets and logs; gone in the end.
    public let folder: URL
    /// The database, for looks at our own tables.
    public let pool: PostgresPool
    /// The vendors, by the name of the connection.
    let vendors: [String: SandboxClient]

    private let sandbox: ChildProcess
    private let services: [SystemProcess]

    init(
        servers: SystemServers, settings: SystemSettings, folder: URL, pool: PostgresPool, sandbox: ChildProcess,
        vendors: [String: SandboxClient], services: [SystemProcess]
    ) {
        self.servers = servers
        self.settings = settings
        self.folder = folder
        self.pool = pool
        self.sandbox = sandbox
        self.vendors = vendors
        self.services = services
    }

    /// The CRM: its API as its private app, and its control API.
    public var hubspot: SandboxClient { client("hubspot") }
    /// The field service.
    public var jobber: SandboxClient { client("jobber") }
    /// The ledger.
    public var quickbooks: SandboxClient { client("quickbooks") }

    /// Where a service answers to operators.
    public func url(of service: SystemService, replica: Int = 0) -> String {
        process(service, replica).url
    }

    /// Ends one process of a service by a signal, and waits until it is gone.
    ///
    /// - Parameter signal: `SIGKILL` is a crash.
    public func kill(_ service: SystemService, replica: Int = 0, by signal: Int32 = SIGKILL) async throws {
        let child = try process(service, replica).running()
        child.send(signal)
        try await eventually("the end of \(service)", within: .seconds(45)) { !child.isRunning }
    }

    /// Starts a process again, as a supervisor would do it, and waits until it is ready.
    public func restart(_ service: SystemService, replica: Int = 0) async throws {
        try await start(service, replica: replica)
        try await process(service, replica).isReady()
    }

    /// Starts a process again without waiting.
    ///
    /// - Parameter variables: what this start has in its environment besides.
    public func start(
        _ service: SystemService, replica: Int = 0, adding variables: [String: String] = [:]
    ) async throws {
        try await process(service, replica).start(adding: variables)
    }

    /// Stops all services in their tracks while the body runs, for a look at what stands still.
    public func frozen<Result>(_ body: () async throws -> Result) async throws -> Result {
        for process in services { process.send(SIGSTOP) }
        defer { for process in services { process.send(SIGCONT) } }
        return try await body()
    }

    /// The processes that have ended, whoever has ended them.
    public var ended: [String] { services.filter(\.hasEnded).map(\.name) }

    /// Starts each process again that has ended by itself, until the body is done: what a supervisor does.
    ///
    /// For faults that a service may answer with its own end, such as a database that is gone while it starts.
    public func supervised<Result: Sendable>(_ body: () async throws -> Result) async throws -> Result {
        let supervisor = Task {
            while !Task.isCancelled {
                for process in services where process.hasEnded { try await process.start() }
                _ = try? await eventually("an end", within: .milliseconds(500)) { services.contains(where: \.hasEnded) }
            }
        }
        defer { supervisor.cancel() }
        return try await body()
    }

    /// Waits until all processes are ready.
    public func isReady() async throws {
        for process in services where !process.hasEnded { try await process.isReady() }
    }

    /// The last lines of all logs.
    public func logs(lines: Int = 40) -> String {
        (services.map(\.log) + [sandbox.log]).map { log in
            "---- \(log.lastPathComponent)\n" + ChildFailure.tail(of: log, lines: lines)
        }.joined(separator: "\n")
    }

    /// Ends all processes, in the other direction than they were started.
    ///
    /// - Returns: those that had to be killed, since they did not end when they were asked to.
    func stop() async -> [String] {
        await pool.close()
        let stuck = await withTaskGroup(of: String?.self) { group in
            for process in services { group.addTask { await process.stop() ? nil : process.name } }
            return await group.reduce(into: [String]()) { names, name in if let name { names.append(name) } }
        }
        await sandbox.stop()
        return stuck
    }

    private func client(_ name: String) -> SandboxClient {
        guard let client = vendors[name] else { preconditionFailure("there is no vendor \(name)") }
        return client
    }

    func process(_ service: SystemService, _ replica: Int) -> SystemProcess {
        guard let process = services.first(where: { $0.service == service && $0.replica == replica }) else {
            preconditionFailure("there is no process \(replica) of \(service)")
        }
        return process
    }
}

extension RunningSystem {
    /// Starts all processes of a service.
    func startAll(_ service: SystemService) async throws {
        for replica in 0..<settings.replicas[service, default: 1] { try await start(service, replica: replica) }
    }

    /// Waits until the accounts are prepared that are connected: before, a vendor does not know our custom fields.
    ///
    /// An adapter takes this lease once it has prepared its account.
    func isConnected() async throws {
        for vendor in Vendor.all
        where settings.replicas[vendor.service, default: 1] > 0 && settings.commands[vendor.service] == nil {
            guard !settings.unconnected.contains(vendor.name) else { continue }
            try await isPrepared(vendor.name)
        }
    }

    /// Waits until the account of a connection is prepared.
    public func isPrepared(_ connection: String) async throws {
        try await eventually("\(connection) is prepared", within: .seconds(60)) {
            try await !pool.query("select 1 from lease where name = \("snapshots/" + connection)").isEmpty
        }
    }
}
