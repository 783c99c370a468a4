import Foundation
import Glibc

/// A RabbitMQ of three nodes of the test's own, which it may kill one by one and start again.
public final class PrivateCluster: Sendable {
    /// One of the nodes, by number from 0.
    public typealias Node = Int

    /// How many nodes there are.
    public static let size = 3

    /// Where it is, with all of its nodes.
    public var url: String { url(of: Array(nodes.indices)) }

    private let broker = BrokerNode.Broker()
    private let mapper: ChildProcess
    private let nodes: [BrokerNode]

    /// Runs a cluster while `body` runs, and leaves nothing of it.
    public static func run<Result: Sendable>(_ body: (PrivateCluster) async throws -> Result) async throws -> Result {
        let folder = try Surroundings.makeFolder()
        defer { try? FileManager.default.removeItem(at: folder) }
        let cluster = try await PrivateCluster(folder)
        let result: Swift.Result<Result, any Error>
        do {
            try await cluster.start()
            result = .success(try await body(cluster))
        } catch {
            result = .failure(error)
        }
        for node in cluster.nodes { await node.crash() }
        await cluster.mapper.crash()
        return try result.get()
    }

    private init(_ folder: URL) async throws {
        let broker = broker
        nodes = try (0..<Self.size).map { number in
            try BrokerNode(
                "node\(number)@localhost", of: broker, in: folder.appending(path: "node\(number)/"),
                settings: [
                    // A node that does not see most of the others stops to serve, instead of going on alone.
                    "cluster_partition_handling = pause_minority",
                    "cluster_formation.peer_discovery_backend = classic_config",
                    "cluster_formation.classic_config.nodes.1 = node0@localhost",
                ])
        }
        mapper = try await broker.startMapper(in: folder)
    }

    /// The others join the first one when they start for the first time.
    private func start() async throws {
        try await nodes[0].start()
        for node in nodes.dropFirst() { try await node.start() }
    }

    /// Where some of its nodes are.
    public func url(of nodes: [Node]) -> String {
        let addresses = nodes.map { "127.0.0.1:\(self.nodes[$0].port)" }.joined(separator: ",")
        return "amqp://plumbline:\(broker.password)@\(addresses)/%2f"
    }

    /// The nodes that run.
    public var running: [Node] { nodes.indices.filter { nodes[$0].isRunning } }

    /// Kills a node, as a power failure would.
    public func crash(_ node: Node) async {
        await nodes[node].crash()
    }

    /// Starts a node again, and waits until it takes connections.
    public func restart(_ node: Node) async throws {
        try await nodes[node].start()
    }

    /// Who leads each queue, and who has a copy of it, as a node that runs sees it.
    public func queues() async throws -> [String: (leader: Node?, members: Set<Node>)] {
        guard let asked = nodes.first(where: \.isRunning) else { return [:] }
        let said = try await asked.control(["-q", "list_queues", "--no-table-headers", "name", "leader", "members"])
        var queues: [String: (leader: Node?, members: Set<Node>)] = [:]
        for line in said.split(separator: "\n") {
            let columns = line.split(separator: "\t", omittingEmptySubsequences: false)
            guard columns.count == 3 else { continue }
            let members = nodes.indices.filter { columns[2].contains(nodes[$0].name) }
            queues[String(columns[0])] = (nodes.firstIndex { columns[1].contains($0.name) }, Set(members))
        }
        return queues
    }
}
