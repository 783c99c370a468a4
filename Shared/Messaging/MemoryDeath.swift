/// One entry of the `x-death` header, as RabbitMQ writes it.
struct MemoryDeath {
    var queue: String
    var reason: String
    var exchange: String
    var routingKey: String
    var time: Int64
    var count = 1

    /// Adds a death; one of the same queue and reason counts up and comes to the front.
    static func adding(
        queue: String, reason: String, message: OutgoingMessage, time: Int64, to deaths: [MemoryDeath]
    ) -> [MemoryDeath] {
        var others = deaths
        if let index = deaths.firstIndex(where: { $0.queue == queue && $0.reason == reason }) {
            var again = others.remove(at: index)
            again.count += 1
            return [again] + others
        }
        let death = MemoryDeath(
            queue: queue, reason: reason, exchange: message.exchange, routingKey: message.routingKey, time: time)
        return [death] + others
    }

    /// The headers of a message that died so.
    static func headers(of deaths: [MemoryDeath]) -> [String: String] {
        guard let first = deaths.last else { return [:] }
        return [
            MessageHeaders.firstDeathQueue: first.queue,
            MessageHeaders.firstDeathReason: first.reason,
            MessageHeaders.firstDeathExchange: first.exchange,
            MessageHeaders.deaths: "[" + deaths.map(\.json).joined(separator: ",") + "]",
        ]
    }

    private var json: String {
        // The names hold no character that JSON would escape: exchanges, queues and keys of our own topology.
        """
        {"count":\(count),"exchange":"\(exchange)","queue":"\(queue)","reason":"\(reason)",\
        "routing-keys":["\(routingKey)"],"time":\(time)}
        """
    }
}
