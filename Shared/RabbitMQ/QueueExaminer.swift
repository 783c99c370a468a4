internal import Messaging

/// Examines a queue that stays silent, and replaces it when it is dead.
///
/// RabbitMQ notes a new quorum queue in two places and writes the second one some half a second later. A node that is
/// killed in between comes back with a queue that is declared, empty and without a leader, and that never gets one: who
/// consumes it waits for ever, nothing published to it is confirmed, and a restart does not help. Or it comes back with
/// a queue that has no process, and turns away whoever wants to consume it. To delete it and to declare it anew does.
struct QueueExaminer {
    /// A living queue answers within milliseconds.
    private static let patience = Duration.seconds(5)
    /// The broker gives a queue without a leader five seconds before it deletes it by force.
    private static let patienceOfDeletion = Duration.seconds(15)
    /// How many nodes the fresh queue is spread over at most: all there are.
    private static let everyNode: Int64 = 1000

    private let configuration: RabbitConfiguration
    private let topology: Topology

    init(_ configuration: RabbitConfiguration, topology: Topology) {
        self.configuration = configuration
        self.topology = topology
    }

    /// Looks at the queue and says what is to be held of it; a dead one is declared anew.
    ///
    /// All replicas notice a silent queue at the same time. One examines it, under a lock at the broker that ends with
    /// its connection; the next one asks the queue again before it judges, and so finds the new one alive.
    ///
    /// - Parameters:
    ///   - turnedAwayBefore: how many examinations in a row have found it without a process.
    ///   - absent: takes in what had to be declared.
    func examine(
        _ queue: String, turnedAwayBefore: Int, absent: inout Set<String>
    ) throws(RabbitError) -> QueueVerdict {
        guard topology.queues.contains(where: { $0.name == queue && $0.kind == .quorum }) else {
            return .unclear("it is not ours to declare")
        }
        var configuration = configuration
        configuration.callTimeout = max(configuration.callTimeout, Self.patienceOfDeletion)
        // While the queue is asked, this connection is idle.
        configuration.heartbeat = max(configuration.heartbeat, .seconds(60))
        let handle = try AMQPHandle(configuration, name: "plumbline examination of \(queue)")
        defer { handle.close(within: .seconds(2)) }
        guard try handle.lock("\(queue).examination") else { return .unclear("another replica examines it") }
        var evidence = try evidence(of: queue, on: handle)
        evidence.turnedAwayBefore = turnedAwayBefore
        let verdict = evidence.verdict
        if verdict == .dead {
            try handle.delete(queue: queue)
            try TopologyDeclaration(topology).apply(on: handle, absent: &absent)
            // The next declaration makes the broker write the one before, so that the new queue outlives a kill.
            _ = try declareFresh(for: queue, on: handle)
        }
        return verdict
    }

    private func evidence(of queue: String, on handle: AMQPHandle) throws(RabbitError) -> QueueEvidence {
        var depth = QueueDepth()
        var fastest = Duration.seconds(3600)
        // On a busy machine a prompt answer may come late; the fastest tells.
        for _ in 0..<3 {
            let start = ContinuousClock.now
            depth = try handle.depth(of: queue)
            fastest = min(fastest, .now - start)
        }
        let answer = try ask { _ throws(RabbitError) in queue }
        let answerOfFresh = try ask { handle throws(RabbitError) in try declareFresh(for: queue, on: handle) }
        return QueueEvidence(depth: depth, countedWithin: fastest, answer: answer, answerOfFresh: answerOfFresh)
    }

    /// Declares a quorum queue over every node of the cluster, which the broker removes again by itself.
    private func declareFresh(for queue: String, on handle: AMQPHandle) throws(RabbitError) -> String {
        let fresh = "\(queue).examination-\(UInt64.random(in: .min ... .max))"
        try handle.declareFleeting(queue: fresh, nodes: Self.everyNode)
        return fresh
    }

    /// Tries to consume a queue, over a connection of its own, which is of no use once it has waited in vain.
    private func ask(
        _ queue: (AMQPHandle) throws(RabbitError) -> String
    ) throws(RabbitError) -> QueueEvidence.Answer {
        var configuration = configuration
        configuration.callTimeout = min(configuration.callTimeout, Self.patience)
        let handle = try AMQPHandle(configuration, name: "plumbline question")
        do throws(RabbitError) {
            let name = try queue(handle)
            try handle.openChannel()
            try handle.consume(name, prefetch: 1)
        } catch {
            if error.code == .timedOut { return .silence }
            return error.isInternal ? .turnedAway : .refused(error.description)
        }
        handle.close(within: .seconds(2))
        return .granted
    }
}
