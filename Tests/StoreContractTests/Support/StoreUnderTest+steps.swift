import CanonicalModel
import ConnectorKit
import Foundation
import SyncCore
import SyncStore

/// What tests do over and over again.
extension StoreUnderTest {
    var now: Instant { Instant(microseconds: Int64(Date().timeIntervalSince1970 * 1_000_000)) }
    func id() -> CanonicalID { IDSource.random.next(now) }
    func client(_ number: Int = 1) -> NativeReference { NativeReference(type: "customer", id: "\(number)") }
    func key(_ number: Int = 1) -> LinkKey {
        LinkKey(connection: Self.connection, native: client(number), entity: .customer)
    }
    func place(_ record: CanonicalID) -> Place {
        Place(record: record, connection: Self.connection, entity: .customer)
    }

    /// A webhook names an object.
    func hint(_ native: NativeReference) async throws {
        try await adapter().keep([
            KeptWebhook(
                id: id(), connection: Self.connection, receivedAt: now, headers: [:], body: [],
                hints: [ChangeHint(native: native, topic: "changed")])
        ])
    }

    func claimDirty() async throws -> [DirtyTable.Claim] {
        try await adapter().claimDirty(of: Self.connection, limit: 10)
    }

    func claimWork(
        limit: Int = 10, downTo lowest: SyncCommand.Priority = .background
    ) async throws -> [WorkClaim] {
        try await adapter().claimWork(of: Self.connection, limit: limit, downTo: lowest)
    }

    /// What reading a claim has brought: a shadow and, where there is a change, an event.
    func commit(_ claim: DirtyTable.Claim, name: String, readAt: Instant? = nil, event: CanonicalEvent? = nil)
        async throws
    {
        var commit = IngestCommit(connection: Self.connection)
        commit.finished = [.init(claim: claim)]
        commit.shadows[LinkKey(connection: Self.connection, native: claim.native, entity: .customer)] = Shadow(
            fields: ["name": .set(.text(name))], readAt: readAt ?? now)
        if let event { commit.events = [event] }
        try await adapter().commit(commit)
    }

    func event(
        _ native: NativeReference, _ fields: Patch, entity: EntityKind = .customer,
        from connection: ConnectionID? = nil,
        externalID: CanonicalID? = nil, change: ChangeKind = .updated
    ) -> CanonicalEvent {
        let connection = connection ?? Self.connection
        return CanonicalEvent(
            id: id(), entity: entity, change: change, connection: connection,
            role: connection == Self.crm ? .crm : .fsm, native: native, externalID: externalID, fields: fields,
            changedAt: now, observedAt: now, context: MessageContext(correlation: id()))
    }

    func command(
        _ record: CanonicalID, version: Int64 = 1, name: String = "Miller", priority: SyncCommand.Priority = .normal,
        id: CanonicalID? = nil
    ) -> SyncCommand {
        SyncCommand(
            id: id ?? self.id(), connection: Self.connection, entity: .customer, verb: .upsert, record: record,
            version: version, desired: ["name": .init(.set(.text(name)))], mayCreate: true, priority: priority,
            policyVersion: 1, changedAt: now, context: MessageContext(correlation: self.id()))
    }

    /// Takes in commands of a stranger, as the broker delivers them.
    func accept(_ commands: SyncCommand..., generation: Int = 1) async throws {
        try await adapter().accept(
            try commands.map { command in
                AcceptedCommand(
                    messageID: command.id.description, generation: generation, connection: Self.connection,
                    command: command, body: try CommandCoding.encode(command, schema: .current), headers: [:])
            })
    }

    func intent(_ claim: WorkClaim, native: NativeReference? = nil) -> Intent {
        Intent(
            id: id(), place: claim.place, nativeType: "customer", nativeID: native?.id, key: "k",
            ordinal: claim.ordinal,
            laneEpoch: claim.work.lane.epoch, request: Array("{}".utf8))
    }

    func open(_ intent: Intent, _ claim: WorkClaim, absentAfter: Duration = .seconds(60)) async throws {
        try await adapter().open([intent], lanes: [claim.work.lane], absentAfter: absentAfter)
    }

    /// What a request came to.
    func result(
        _ claim: WorkClaim, _ ending: EgressResult.Ending, _ intent: Intent? = nil, _ state: Intent.State = .done,
        link: NativeReference? = nil
    ) -> EgressResult {
        var result = EgressResult(claim, ending)
        result.intent = intent.map { .init(id: $0.id, state: state) }
        result.link = link
        if link != nil || claim.native != nil {
            result.shadow = Shadow(fields: claim.command.desired.mapValues(\.value), readAt: now)
        }
        return result
    }

    func settle(_ results: EgressResult...) async throws {
        try await adapter().settle(results, connection: Self.connection)
    }

    /// Creates a record's object, from the claim to the link.
    func create(_ record: CanonicalID, as native: NativeReference) async throws {
        try await accept(command(record))
        guard let claim = try await claimWork().first else { throw NothingClaimed() }
        let intent = intent(claim)
        try await open(intent, claim)
        try await settle(result(claim, .done(note: nil), intent, link: native))
    }

    static var fault: ConnectorFault {
        ConnectorFault(.transient, code: "503", message: "the vendor is away", fix: "wait")
    }
}

struct NothingClaimed: Error {}
