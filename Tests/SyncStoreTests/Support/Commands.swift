import CanonicalModel
import Postgres
import SyncStore

extension Sample {
    mutating func command(
        _ record: CanonicalID, version: Int64, to connection: ConnectionID = "fsm", entity: EntityKind = .customer,
        effect: CanonicalID? = nil, priority: SyncCommand.Priority = .normal,
        changedAt: Instant = Instant(seconds: 1_700_000_000)
    ) -> ReceivedCommand {
        let command = SyncCommand(
            id: newID(), connection: connection, entity: entity, verb: .upsert, record: record, version: version,
            desired: ["name": .init(.set(.text("v\(version)")))], effect: effect, mayCreate: true,
            priority: priority, policyVersion: 1, changedAt: changedAt, context: MessageContext(correlation: newID()))
        return ReceivedCommand(command, body: (try? CommandCoding.encode(command, schema: .current)) ?? [])
    }

    mutating func intent(_ place: Place, native: String? = nil, lane: Int64 = 1) -> Intent {
        Intent(
            id: newID(), place: place, nativeType: "Client", nativeID: native, key: "key", ordinal: 1,
            laneEpoch: lane, request: Array("POST".utf8))
    }
}

extension WorkTable {
    /// Claims as egress does, with times that suit a test.
    static func take(
        _ limit: Int = 10, of connection: ConnectionID = "fsm", by holder: String = "a",
        lease: Duration = .seconds(60), ceiling: Duration = .seconds(60)
    ) -> Statement<[ClaimedWork]> {
        claim(
            of: connection, holder: holder, limit: limit, shares: [.urgent: 2, .normal: 1, .background: 1],
            lease: lease, ceiling: ceiling)
    }
}

extension DirtyTable {
    static func take(by holder: String = "a", lease: Duration = .seconds(60)) -> Statement<[Claim]> {
        claim(of: "crm", holder: holder, limit: 10, lease: lease, ceiling: .zero)
    }
}
