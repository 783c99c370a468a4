extension Topology {
    /// How often the broker may hand a message out before it is dead.
    ///
    /// It counts every lost connection too, with all that was in flight on it, so a low limit would bury innocents when a
    /// consumer crashes a few times. Attempts are counted in the database; this only ends what would spin for days.
    public static let deliveryLimit = 1_000_000

    /// Everything of Plumbline's own: exchanges, the router's queue, and the queue of each connection.
    ///
    /// Every service declares the whole, whoever starts first, so that no message is unroutable because its consumer has
    /// not started yet.
    public static func plumbline(
        _ names: BrokerNames, connections: [String]
    ) throws(RoutingKey.Invalid) -> Topology {
        var topology = events(names)
        for connection in connections { topology = topology.merging(try commands(names, connection: connection)) }
        return topology
    }

    /// The exchange of events and the router's queue.
    public static func events(_ names: BrokerNames) -> Topology {
        queue(names.routerEvents, from: names.events, key: "#", names: names)
    }

    /// The exchange of commands and one connection's queue.
    public static func commands(
        _ names: BrokerNames, connection: String
    ) throws(RoutingKey.Invalid) -> Topology {
        // One word only, else `a.#` would also take the commands of a connection named `a.b`.
        let word = try RoutingKey([connection])
        return queue(
            names.commandQueue(of: connection), from: names.commands, key: "\(word).#", names: names)
    }

    /// What holds the dead letters of a queue, without the queue itself.
    public static func dead(_ names: BrokerNames, of queue: String) -> Topology {
        let dead = names.deadLetterQueue(of: queue)
        return Topology(
            exchanges: [Exchange(names.dead)], queues: [Queue(dead)],
            bindings: [Binding(exchange: names.dead, queue: dead, key: queue)])
    }

    private static func queue(_ name: String, from exchange: String, key: String, names: BrokerNames) -> Topology {
        // What dies must find its place before the first message comes.
        dead(names, of: name).merging(
            Topology(
                exchanges: [Exchange(exchange)],
                queues: [
                    Queue(
                        name, deadLetter: .init(exchange: names.dead, routingKey: name), overflow: .rejectPublish,
                        deliveryLimit: deliveryLimit)
                ],
                bindings: [Binding(exchange: exchange, queue: name, key: key)]))
    }
}
