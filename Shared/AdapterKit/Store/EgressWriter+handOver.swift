import CanonicalModel
import ConnectorKit
import Postgres
import SyncCore
import SyncStore

/// Objects that go over to the record that is named for them.
extension EgressWriter {
    /// What has gone over, and the lanes under which it did.
    struct HandOver {
        var objects: Set<LinkKey> = []
        var lanes: [Lane] = []
    }

    /// Hands objects over whose lanes are free: whoever holds one is about to write to it, or may have done so.
    func handOver(in transaction: PostgresTransaction) async throws -> HandOver {
        let successions = results.compactMap(succession)
        guard !successions.isEmpty else { return HandOver() }
        let keys = successions.map { LaneKey.object($0.object.native, in: connection) }
        let held = try await transaction.run(
            Lanes.acquire(keys, holder: holder, lease: times.laneLease, ceiling: times.requestCeiling))
        let free = zip(successions, keys).filter { held[$1] != nil }.map(\.0)
        guard !free.isEmpty else { return HandOver() }
        return HandOver(
            objects: try await transaction.run(IdentityMap.succeed(free)),
            lanes: held.values.sorted { $0.key < $1.key })
    }

    func lanes(of handOver: HandOver) -> [Statement<Void>] {
        handOver.lanes.isEmpty ? [] : [Lanes.release(handOver.lanes)]
    }

    func notes(of handOver: HandOver) -> [AuditNote] {
        results.flatMap { result -> [AuditNote] in
            guard let succession = succession(result), handOver.objects.contains(succession.object) else { return [] }
            let native = JSONValue.string(succession.object.native.description)
            let sides: [(CanonicalID, JSONObject)] = [
                (
                    succession.predecessor,
                    ["native": native, "made_room_for": .string(succession.successor.description)]
                ),
                (
                    succession.successor,
                    [
                        "native": native, "instead_of": .string(succession.predecessor.description),
                        "named_by": .string(succession.field.name),
                    ]
                ),
            ]
            return sides.map { record, body in
                AuditNote(
                    .linked, entity: succession.object.entity, record: record, connection: connection,
                    correlation: result.claim.command.context.correlation, message: result.claim.command.id,
                    body: JSONValue.object(body).serialised())
            }
        }
    }

    private func succession(_ result: EgressResult) -> Succession? {
        guard let replaces = result.replaces, let field = replaces.object.namedBy else { return nil }
        return Succession(
            of: replaces.object.key, from: replaces.occupant, to: result.claim.place.record, namedBy: field,
            of: replaces.object.host)
    }
}
