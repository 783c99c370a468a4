public import CanonicalModel
public import SyncPolicy

/// Routes a batch of events on any store: what is read first, who may speak, and when a decision has read enough.
public enum RouteStep {
    /// A batch asks for links, records, families and parents, each of which may lead to the next.
    private static let rounds = 16

    /// The objects that events are about or refer to: what is looked up before anything is decided.
    public static func keys(of events: [CanonicalEvent]) -> Set<LinkKey> {
        var keys: Set<LinkKey> = []
        for event in events {
            keys.insert(LinkKey(connection: event.connection, native: event.native, entity: event.entity))
            for case .set(let value) in event.fields.values {
                for case .native(let native, let entity) in value.recordReferences {
                    keys.insert(LinkKey(connection: event.connection, native: native, entity: entity))
                }
            }
        }
        return keys
    }

    /// The records whose ids objects bear.
    public static func claims(of events: [CanonicalEvent]) -> [LinkKey: CanonicalID] {
        events.reduce(into: [:]) { claims, event in
            guard let id = event.externalID else { return }
            claims[LinkKey(connection: event.connection, native: event.native, entity: event.entity)] = id
        }
    }

    /// The ids that records have which begin with the objects that events are about.
    public static func beginnings(of events: [CanonicalEvent]) -> [LinkKey: CanonicalID] {
        events.reduce(into: [:]) { beginnings, event in
            let key = LinkKey(connection: event.connection, native: event.native, entity: event.entity)
            beginnings[key] = CanonicalID(beginningWith: key)
        }
    }

    /// Demands that an event comes from the adapter of the connection that it names: a record of a system that nobody
    /// serves would wait for it without end.
    public static func check(
        _ event: CanonicalEvent, _ connections: [ConnectionCapabilities]
    ) throws(CodingFault) {
        guard let connection = connections.first(where: { $0.connection == event.connection }) else {
            throw CodingFault(
                .unknownWord, path: "/source", expected: "a connection that an adapter serves",
                found: "'\(event.connection)'")
        }
        guard connection.role == event.role else {
            throw CodingFault(
                .invalidValue, path: "/data/role",
                expected: "\(connection.role.rawValue), the role of \(event.connection)", found: event.role.rawValue)
        }
    }

    /// Decides, again and again until everything that the decision asks for has been read.
    ///
    /// - Parameters:
    ///   - replayed: those of the events that a replay has sent.
    ///   - read: reads under locks what is needed, and gives all that was read so far.
    /// - Returns: nil where the events touch more than one decision may read.
    public static func decide(
        _ events: [CanonicalEvent], on set: WorkingSet, policy: SourceOfTruth, connections: [ConnectionCapabilities],
        ids: IDSource, now: Instant, replayed: Set<CanonicalID> = [],
        read: (WorkingSet.Needs) async throws -> WorkingSet
    ) async throws -> RouteOutput? {
        var set = set
        for _ in 0..<rounds {
            var batch = RouteBatch(
                set: set, policy: policy, connections: connections, ids: ids, now: now, replayed: replayed)
            for event in events { batch.route(event) }
            guard !batch.needs.isEmpty else { return batch.output }
            set = try await read(batch.needs)
        }
        return nil
    }
}
