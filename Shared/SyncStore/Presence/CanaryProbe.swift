public import CanonicalModel

/// A message that goes the way of changes and changes nothing.
public struct CanaryProbe: Sendable, Hashable {
    /// The connection whose adapter has sent it.
    public var source: ConnectionID
    /// When, by the database's clock.
    public var sentAt: Instant
    /// The connections that it is for, and which probe of its way it is for each.
    public var numbers: [ConnectionID: Int64]

    /// Takes the parts.
    public init(source: ConnectionID, sentAt: Instant, numbers: [ConnectionID: Int64]) {
        self.source = source
        self.sentAt = sentAt
        self.numbers = numbers
    }

    /// The word that stands in its routing keys where a change has its entity.
    public static let word = "canary"

    /// Whether a routing key is that of a probe.
    public static func isMeant(by routingKey: String) -> Bool {
        routingKey.split(separator: ".", omittingEmptySubsequences: false).dropFirst().first == word[...]
    }

    /// The message's body.
    public var body: [UInt8] {
        var targets = JSONObject()
        for (target, number) in numbers.sorted(by: { $0.key < $1.key }) {
            targets[target.name] = .int(Int(number))
        }
        return JSONValue.object([
            "specversion": .string("1.0"), "type": .string("plumbline.canary"),
            "source": .string("/connections/\(source)"), "time": .string(sentAt.description),
            "data": .object(targets),
        ]).serialised()
    }

    /// Reads a body; nil for one that is no probe's.
    public init?(body: [UInt8]) {
        guard let value = try? JSONValue(parsing: body), value["type"].string == "plumbline.canary",
            let source = value["source"].string, source.hasPrefix("/connections/"),
            let sentAt = value["time"].string.flatMap({ Instant($0) }), case .object(let targets) = value["data"]
        else { return nil }
        var numbers: [ConnectionID: Int64] = [:]
        for target in targets.members {
            guard let number = target.value.int, ConnectionID(target.key).isValid else { return nil }
            numbers[ConnectionID(target.key)] = number
        }
        self.init(
            source: ConnectionID(String(source.dropFirst("/connections/".count))), sentAt: sentAt, numbers: numbers)
    }

    /// The message that brings it to the router.
    public func event(id: CanonicalID, role: Role, queue: String, exchange: String) -> StoredMessage {
        StoredMessage(
            id: id, queue: queue, exchange: exchange, routingKey: "\(role.rawValue).\(Self.word).probe", body: body,
            context: MessageContext(correlation: id))
    }

    /// The message that brings it from the router to a target.
    public func command(
        id: CanonicalID, to target: ConnectionID, causedBy event: CanonicalID, queue: String, exchange: String
    ) -> StoredMessage {
        StoredMessage(
            id: id, queue: queue, exchange: exchange, routingKey: "\(target).\(Self.word).probe", body: body,
            context: MessageContext(correlation: event).caused(by: event))
    }
}
