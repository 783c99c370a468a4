public import CanonicalModel
public import ConnectorKit
import Hummingbird
import Logging
import Messaging
import Postgres
public import ServiceKit
public import ServiceLifecycle
import SyncStore

/// An adapter put together: everything of it but the connectors.
public enum Adapter {
    /// Composes the service for the connections of a role.
    ///
    /// - Throws: `StartupError` on a database of another version or a key that no program gives; `ConfigurationError` with every fault of every file of
    ///   connections.
    public static func compose(
        _ role: CanonicalModel.Role, connectors: ConnectorCatalog, _ configuration: AdapterConfiguration,
        _ environment: ServiceEnvironment
    ) async throws -> ServiceGroup {
        let logger = environment.logger
        let declared = try declarations(of: role, connectors, in: configuration.connections)
        let keys = try await configuration.sealing.keys()
        let pool = configuration.database.pool(name: environment.name, logger: logger)
        let migrator = try Migrator(SyncStore.migrations())
        try await StartupChecks.schema(migrator, on: pool)
        try await StartupChecks.messages(on: pool)
        let clock = try await StartupChecks.clock(on: pool)
        let names = configuration.broker.names
        let topology = try Topology.plumbline(names, connections: declared.map(\.declaration.id.name))
        let lostQueues = LostQueues()
        let publisher = configuration.broker.publisher(
            topology, name: "\(environment.name).events", logger: logger, onLostQueue: lostQueues.note)
        try await StartupChecks.broker(publisher)
        let relay = Relay(pool: pool, publisher: publisher, lostQueues: lostQueues, logger: logger)
        let redactor = redactor(for: declared.map(\.declaration))
        let parts = try Parts(
            configuration: configuration, keys: keys, topology: topology, pool: pool, relay: relay,
            lostQueues: lostQueues, transport: transport(for: declared.map(\.declaration), redactor: redactor),
            redactor: redactor, clock: clock, logger: logger)
        for (declaration, connector) in declared { try await parts.declare(declaration, connector) }
        let runtimes = try declared.map { try parts.runtime($0, $1) }
        let services: [any Service] =
            [DatabaseService(pool), BrokerService(publisher), RelayService(relay)] + runtimes.flatMap(\.services) + [
                HeartbeatService(
                    id: parts.holder, service: environment.name, connections: declared.map(\.declaration.id.name),
                    board: parts.board, clock: clock, pool: pool, logger: logger)
            ]
        let awaited =
            declared.isEmpty
            ? AwaitedConnection(directory: configuration.connections.directory, role: role, logger: logger) : nil
        let routes = Router<BasicRequestContext>()
        parts.webhooks(runtimes).add(to: routes)
        parts.consents(runtimes).add(to: routes)
        return environment.group(
            services, ending: awaited,
            checks: [
                .database(pool), .migrations(migrator, on: pool), .messages(on: pool),
                .broker("broker.events", publisher),
            ] + runtimes.map(\.check) + (awaited.map { [$0.check] } ?? []), http: configuration.http, router: routes)
    }

    private static func declarations(
        of role: CanonicalModel.Role, _ connectors: ConnectorCatalog, in configuration: ConnectionsConfiguration
    ) throws -> [(declaration: ConnectionDeclaration, connector: any Connector)] {
        var faults: [String] = []
        var declared: [(ConnectionDeclaration, any Connector)] = []
        do throws(DeclarationFaults) {
            for declaration in try ConnectionFolder.load(configuration.directory, role: role) {
                do {
                    declared.append((declaration, try connectors.connector(for: declaration)))
                } catch {
                    faults += error.faults
                }
            }
        } catch {
            faults += error.faults
        }
        guard faults.isEmpty else {
            throw ConfigurationError(
                faults: faults.map {
                    ConfigurationFault(
                        key: "connections.directory", problem: $0,
                        allowed: "files as docs and deploy/connections describe them")
                })
        }
        return declared
    }
}
