import CanonicalModel
import ConnectorKit
import Foundation
import Logging
import Messaging
import Metrics
import Postgres
import ServiceKit
import ServiceLifecycle
import SyncCore
import SyncStore
import VendorHTTP

extension Adapter {
    /// What the connections of a process share, and what is made of it for each.
    struct Parts: Sendable {
        let configuration: AdapterConfiguration
        let topology: Topology
        let pool: PostgresPool
        let relay: Relay
        let lostQueues: LostQueues
        let transport: any HTTPTransport
        /// Knows the secrets of all connections.
        let redactor: Redactor
        let accounts: Accounts
        /// Names this process in lanes and leases; two processes never share it.
        let holder: String
        /// Knows how the loops of all connections fare.
        let board = LoopBoard()
        let clock: @Sendable () -> Instant
        let logger: Logger

        init(
            configuration: AdapterConfiguration, keys: MasterKeys, topology: Topology, pool: PostgresPool, relay: Relay,
            lostQueues: LostQueues, transport: any HTTPTransport, redactor: Redactor, clock: DatabaseClock,
            logger: Logger
        ) throws {
            self.configuration = configuration
            self.topology = topology
            self.pool = pool
            self.relay = relay
            self.lostQueues = lostQueues
            self.transport = transport
            self.redactor = redactor
            self.clock = { clock.now }
            let previous = keys.previous.map { [$0.bytes] } ?? []
            accounts = Accounts(box: try SecretBox(current: keys.current.bytes, previous: previous))
            holder = ReplicaName.make()
            self.logger = logger
        }

        /// Tells the router what can be done at a connection, and how many calls its account may make.
        func declare(_ declaration: ConnectionDeclaration, _ connector: any Connector) async throws {
            let limit = declaration.rateLimit ?? connector.descriptor.rateLimit
            let declared = Connections.Declared(
                capabilities: ConnectionCapabilities(
                    connection: declaration.id, role: declaration.role, entities: connector.descriptor.entities),
                vendor: declaration.vendor, account: declaration.account, baseURL: declaration.baseURL)
            try await pool.run(
                Connections.declare(declared) + [
                    RateBudgets.declare(
                        declaration.account, burst: Double(limit.burst), perSecond: limit.perSecond)
                ] + Consents.declare(terms(declaration, connector).offer, account: declaration.account))
        }

        /// A connection at work.
        func runtime(_ declaration: ConnectionDeclaration, _ connector: any Connector) throws -> Running {
            let ceiling = declaration.requestCeiling ?? connector.descriptor.requestCeiling
            let session = LiveSession(
                declaration: declaration, transport: transport, tokens: try tokens(declaration, connector),
                budget: SharedRateBudget(account: declaration.account, pool: pool), redactor: redactor,
                deadline: min(ceiling, .seconds(30)),
                clock: clock)
            let store = PostgresAdapterStore(
                pool: pool, names: configuration.broker.names, holder: holder,
                times: .init(requestCeiling: ceiling, messageLease: relay.lease), clock: clock
            ) { [relay] in
                relay.hand($0)
            } reopened: { [relay] in
                relay.publishReopened($0)
            }
            let connection = ConnectionRuntime(
                connector: connector, session: session, store: store, workers: configuration.workers, holder: holder,
                board: board, pool: pool, logger: logger)
            let probes = CanaryPost(
                connection: declaration.id, role: declaration.role, names: configuration.broker.names, pool: pool,
                ids: .random, clock: clock, lease: relay.lease
            ) { [relay] in relay.hand($0) }
            let name = declaration.id.name
            let consumer = configuration.broker.consumer(
                topology, queue: configuration.broker.names.commandQueue(of: name), name: "commands.\(name)",
                logger: logger, onLostQueue: lostQueues.note)
            let commands = CommandLoop(
                connection: declaration.id, source: consumer, store: store, logger: logger,
                arrived: { try await probes.arrive($0) }
            ) { connection.takeUp($0.compactMap(\.command)) }
            return Running(
                receiver: WebhookRoutes.Receiver(
                    intake: WebhookIntake(connector: connector, declaration: declaration)
                ) { connection.ingest.signal.fire() },
                desk: desk(declaration, connector),
                connection: connection,
                services: [
                    BrokerService(consumer), connection, commands,
                    CanaryService(probes, every: configuration.canaryInterval, parts: self),
                ],
                check: .broker("broker.commands.\(name)", consumer))
        }

        /// The routes for the webhooks of all connections; they share commits.
        func webhooks(_ running: [Running]) -> WebhookRoutes {
            let receivers = Dictionary(
                running.map { ($0.receiver.intake.declaration.id.name, $0.receiver) }
            ) { first, _ in first }
            let store = running.first?.connection.store
            return WebhookRoutes(
                receivers: receivers, inbox: WebhookInbox { try await store?.keep($0) },
                publicURL: configuration.publicURL, ids: .random, clock: clock, logger: logger)
        }

        /// The routes to which vendors send people back who have consented.
        func consents(_ running: [Running]) -> ConsentRoutes {
            let desks = running.compactMap { one in one.desk.map { (one.connection.session.declaration.id.name, $0) } }
            return ConsentRoutes(desks: Dictionary(desks) { first, _ in first }, logger: logger)
        }

        private func terms(_ declaration: ConnectionDeclaration, _ connector: any Connector) -> ConsentTerms {
            ConsentTerms(
                declaration: declaration, descriptor: connector.descriptor, publicURL: configuration.consentURL)
        }

        /// Where answers to consents of a connection are taken; nil where nobody can consent.
        private func desk(_ declaration: ConnectionDeclaration, _ connector: any Connector) -> ConsentRoutes.Desk? {
            let terms = terms(declaration, connector)
            guard case .open = terms.offer.way, let redirectURI = terms.redirectURI,
                let settings = CredentialSource(declaration, connector.descriptor.authentication).settings
            else { return nil }
            var logger = logger
            logger[metadataKey: "connection"] = "\(declaration.id)"
            let exchange = ConsentExchange(
                declaration: declaration, settings: settings, redirectURI: redirectURI, accounts: accounts, pool: pool,
                transport: transport, redactor: redactor, ids: .random, clock: clock, logger: logger
            ) { callback, session throws(ConnectorFault) in
                try await connector.account(consentedIn: callback, session: session)
            }
            return ConsentRoutes.Desk(title: connector.descriptor.title) { await exchange.answer($0) }
        }

        private func tokens(
            _ declaration: ConnectionDeclaration, _ connector: any Connector
        ) throws -> any TokenSource {
            switch CredentialSource(declaration, connector.descriptor.authentication) {
            case .fixed(let token): return StaticToken(token)
            case .declared(let settings), .consent(let settings):
                return AccountTokens(
                    declaration, settings: settings, accounts: accounts, pool: pool, transport: transport,
                    redactor: redactor, clock: clock)
            case .missing(let what):
                throw ConfigurationError(faults: [
                    ConfigurationFault(
                        key: "connections.directory", problem: "\(declaration.id): \(what)",
                        allowed: "a secret access_token, or client_id and client_secret, with a refresh_token unless "
                            + "somebody is to consent: \(ConsentOffer.command(for: declaration.id))")
                ])
            }
        }
    }

    /// A connection with everything that runs for it.
    struct Running {
        var receiver: WebhookRoutes.Receiver
        /// Where answers to consents are taken; nil where nobody can consent.
        var desk: ConsentRoutes.Desk?
        var connection: ConnectionRuntime
        var services: [any Service]
        var check: HealthCheck
    }

    /// Knows the secrets that the connections' files declare; tokens come to it as they are read and renewed.
    static func redactor(for declarations: [ConnectionDeclaration]) -> Redactor {
        let redactor = Redactor()
        for secret in declarations.flatMap(\.secrets.values) { redactor.register(secret) }
        return redactor
    }

    /// The way to the vendors; secrets of all connections are kept out of its logs and errors.
    static func transport(
        for declarations: [ConnectionDeclaration], redactor: Redactor, logger: Logger = Logger(label: "vendor")
    ) throws -> any HTTPTransport {
        var configuration = CurlTransport.Configuration()
        configuration.maximumConnectionsPerHost = 32
        configuration.maximumConnections = 128
        // A declaration with http:// was read as one for this machine or a private network.
        configuration.allowsPlainHTTP = declarations.contains { $0.baseURL.hasPrefix("http://") }
        let curl = try CurlTransport(configuration: configuration, redactor: redactor)
        return LoggedTransport(curl, logger: logger, redactor: redactor) { observation in
            let status = observation.status.map { "\($0 / 100)xx" } ?? "none"
            Timer(
                label: "vendor_request_duration_seconds", dimensions: [("host", observation.host), ("status", status)]
            ).record(duration: observation.duration)
        }
    }
}
