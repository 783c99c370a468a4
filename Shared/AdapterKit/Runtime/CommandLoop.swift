import CanonicalModel
import ConnectorKit
import Logging
import Messaging
import ServiceLifecycle
import SyncStore

/// Takes commands off a connection's queue, stores them as work, and acknowledges at once.
struct CommandLoop: Service, CustomStringConvertible {
    let description: String
    let connection: ConnectionID
    let source: any MessageSource
    let store: any AdapterStore
    let logger: Logger
    /// Takes the probes among them.
    let arrived: @Sendable ([CanaryPost.Delivery]) async throws -> Void
    /// Wakes who does the work of these commands.
    let wake: @Sendable ([AcceptedCommand]) -> Void

    init(
        connection: ConnectionID, source: any MessageSource, store: any AdapterStore, logger: Logger,
        arrived: @escaping @Sendable ([CanaryPost.Delivery]) async throws -> Void = { _ in },
        wake: @escaping @Sendable ([AcceptedCommand]) -> Void
    ) {
        description = "commands of \(connection)"
        self.connection = connection
        self.source = source
        self.store = store
        self.logger = logger
        self.arrived = arrived
        self.wake = wake
    }

    func run() async throws {
        while !Task.isShuttingDownGracefully, !Task.isCancelled {
            do {
                let batch = try await cancelWhenGracefulShutdown { try await source.nextBatch() }
                let probes = batch.compactMap(probe)
                let commands = batch.filter { probe($0) == nil }.map(read)
                if !probes.isEmpty { try await storing { try await arrived(probes) } }
                if !commands.isEmpty {
                    try await storing { try await store.accept(commands) }
                    wake(commands)
                }
                try await source.acknowledge(batch)
            } catch is CancellationError {
                return
            } catch is SourceClosed {
                return
            } catch {
                logger.warning(
                    "A batch of commands could not be taken in",
                    metadata: ["loop": "\(description)", "error": "\(error)"])
                await pause()
            }
        }
    }

    /// A probe of the way; it is no command, and changes nothing.
    private func probe(_ message: IncomingMessage) -> CanaryPost.Delivery? {
        guard CanaryProbe.isMeant(by: message.routingKey), let probe = CanaryProbe(body: message.body),
            let id = CanonicalID(message.id)
        else { return nil }
        let generation = message.headers[MessageHeaders.generation].flatMap { Int($0) } ?? 1
        return CanaryPost.Delivery(key: MessageKey(id, generation: generation), probe: probe)
    }

    /// Tries until a batch is stored: what was put aside would stay with the broker unacknowledged.
    private func storing(_ store: () async throws -> Void) async throws {
        while true {
            do {
                return try await store()
            } catch let error as CancellationError {
                throw error
            } catch {
                logger.warning(
                    "A batch of commands waits", metadata: ["loop": "\(description)", "error": "\(error)"])
                if Task.isShuttingDownGracefully || Task.isCancelled { throw CancellationError() }
                await pause()
            }
        }
    }

    private func read(_ message: IncomingMessage) -> AcceptedCommand {
        let generation = message.headers[MessageHeaders.generation].flatMap { Int($0) } ?? 1
        do {
            return AcceptedCommand(
                messageID: message.id, generation: generation, connection: connection,
                command: try decode(message.body), body: message.body, headers: message.headers)
        } catch {
            return AcceptedCommand(
                messageID: message.id, generation: generation, connection: connection, command: nil, fault: error,
                body: message.body,
                headers: message.headers)
        }
    }

    /// Reads a command; one for somebody else has lost its way, and would be carried out by whoever finds it.
    private func decode(_ body: [UInt8]) throws(CodingFault) -> SyncCommand {
        let command = try CommandCoding.decode(body)
        guard command.connection == connection else {
            throw CodingFault(
                .invalidValue, path: "/data/connection", expected: "'\(connection)', whose queue this is",
                found: "'\(command.connection)'")
        }
        return command
    }

    private func pause() async {
        await cancelWhenGracefulShutdown { try? await Task.sleep(for: .milliseconds(.random(in: 50...250))) }
    }
}
