internal import Logging
internal import Messaging

extension RabbitConnection {
    /// Has the queue examined that has stayed silent, before it is asked again.
    ///
    /// - Parameter node: where to look.
    func examineSuspect(at node: RabbitConfiguration) throws(RabbitError) {
        guard !isDraining, let queue = role.suspectQueue else { return }
        role.examined()
        var metadata: Logger.Metadata = [LogKeys.queue: "\(queue)", LogKeys.peer: "\(node)"]
        let verdict = try QueueExaminer(node, topology: topology).examine(
            queue, turnedAwayBefore: role.turnedAway, absent: &absentQueues)
        role.found(verdict)
        switch verdict {
        case .answers:
            logger.info("a queue that was silent answers again", metadata: metadata)
        case .dead:
            // Whoever is told of lost queues publishes again what is not settled.
            logger.warning("a dead queue was deleted and declared anew", metadata: metadata)
        case .withoutProcess:
            logger.warning(
                "a queue has no process at the broker; if that stays so it is deleted and declared anew",
                metadata: metadata)
        case .unclear(let reason):
            metadata[LogKeys.error] = "\(reason)"
            metadata["fix"] = """
                see rabbitmq-queues quorum_status; if it has no leader though all nodes of the cluster run, delete it, \
                and it is declared anew
                """
            logger.warning("a queue does not answer and is left alone", metadata: metadata)
        }
    }
}
