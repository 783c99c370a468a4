import Foundation
import Glibc

/// A RabbitMQ of the test's own, which it may kill, start again and rob of its data.
public final class PrivateBroker: Sendable {
    /// Whether this machine has RabbitMQ.
    public static var isInstalled: Bool { access(BrokerNode.programs + "/rabbitmq-server", X_OK) == 0 }

    /// Where it is; the same over restarts.
    public var url: String { "amqp://plumbline:\(broker.password)@127.0.0.1:\(node.port)/%2f" }

    /// Where its data is when it was to have a volume of its own.
    public let volume: Volume?

    private let broker = BrokerNode.Broker()
    private let mapper: ChildProcess
    private let node: BrokerNode

    /// Whether its process was started and runs no more.
    public var hasEnded: Bool { node.hasEnded }

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
        self.volume = volume
        node = try BrokerNode("plumbline@localhost", of: broker, in: folder)
        mapper = try await broker.startMapper(in: folder)
    }

    /// Starts the node and waits until it takes connections.
    public func start() async throws {
        try await node.start()
    }

    /// Kills the node, as a power failure would.
    public func crash() async {
        await node.crash()
    }

    /// Removes all that the node has written; only while it does not run.
    public func wipe() throws {
        try node.wipe()
    }

    func control(_ command: [String]) async throws {
        try await node.control(command)
    }

    private func end() async {
        await node.crash()
        await mapper.crash()
    }
}
