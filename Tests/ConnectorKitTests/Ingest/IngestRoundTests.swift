import CanonicalModel
import ConnectorKit
import SyncCore
import Testing

@testable import SyncStore

@Suite("What reading dirty objects leads to") struct IngestRoundTests {
    private let connection = ConnectionID("field-service")
    private let native = NativeReference(type: "job", id: "1")
    private let now = Instant("2026-03-02T15:00:00Z")!

    private func round(creating: Set<String>, known: Patch? = nil) -> IngestRound {
        var knowledge = ObjectKnowledge()
        knowledge.creating = creating
        if let known {
            let key = LinkKey(connection: connection, native: native, entity: .job)
            knowledge.links[key] = IDSource.random.next(now)
            knowledge.shadows[key] = Shadow(fields: known, readAt: now)
        }
        return round(knowledge)
    }

    private func round(_ knowledge: ObjectKnowledge) -> IngestRound {
        let job = EntityCapability(
            .job, nativeType: "job", originates: false, creates: true, writes: [], reads: ["number"],
            keepsExternalID: true, createGuarantee: .notApplicable)
        let descriptor = ConnectorDescriptor(
            vendor: "vendor", title: "Vendor", roles: [.fsm], entities: [job], pollStreams: [],
            authentication: .privateToken, rateLimit: RateLimit(burst: 1, perSecond: 1), requestCeiling: .seconds(1),
            indexLag: .zero)
        return IngestRound(
            connection: connection, role: .fsm, descriptor: descriptor, knowledge: knowledge, ids: .random, now: now,
            readAt: now)
    }

    private var claim: DirtyTable.Claim {
        DirtyTable.Claim(
            connection: connection, native: native, marks: 1, attempts: 0, isWhole: false,
            correlation: IDSource.random.next(now), hintedAt: now,
            lane: Lane(key: .object(native, in: connection), epoch: 1))
    }

    private var seen: [Observation] {
        [Observation(entity: .job, native: native, externalID: nil, fields: ["number": .set(.text("1"))])]
    }

    @Test("Of an object that is read as a whole, what has changed and what is told again are two events (R25.4)")
    func whole() throws {
        var round = round(creating: [], known: ["number": .set(.text("1")), "title": .set(.text("Roof"))])
        var claim = claim
        claim.isWhole = true
        let isSettled = round.take(
            [
                Observation(
                    entity: .job, native: native, externalID: nil,
                    fields: ["number": .set(.text("1")), "title": .set(.text("New roof"))])
            ], for: claim)
        #expect(isSettled)
        let events = round.commit.events
        #expect(events.map(\.isRestatement) == [false, true])
        #expect(events.map(\.fields) == [["title": .set(.text("New roof"))], ["number": .set(.text("1"))]])
    }

    @Test(
        "R13.11: what a create of ours shows that came late is ours, also where it has named no value, and is put right"
    )
    func lateCreate() throws {
        let key = LinkKey(connection: connection, native: native, entity: .job)
        let intent = IDSource.random.next(now)
        var knowledge = ObjectKnowledge()
        let record = IDSource.random.next(now)
        knowledge.links[key] = record
        knowledge.shadows[key] = Shadow(
            fields: ["number": .set(.text("2")), "status": .set(.choice("completed"))], readAt: Shadow.assumed)
        let observed = [
            Observation(
                entity: .job, native: native, externalID: nil,
                fields: ["number": .set(.text("1")), "status": .clear, "title": .set(.text("By hand"))])
        ]
        knowledge.lateWrites[key] = [LateWrite(intent: intent, wanted: ["number": .set(.text("1"))], isCreate: true)]
        var made = round(knowledge)
        let isTaken = made.take(observed, for: claim)
        #expect(isTaken)
        #expect(made.commit.cameLate.isEmpty, "the later one may have made another object")
        #expect(made.commit.repairs == [Place(record: record, connection: connection, entity: .job)])
        #expect(made.commit.events.map(\.fields) == [["title": .set(.text("By hand"))]], "that is somebody's")

        let other = IDSource.random.next(now)
        knowledge.lateWrites[key] = [
            LateWrite(intent: intent, wanted: ["number": .set(.text("1"))]),
            LateWrite(intent: other, wanted: ["number": .set(.text("1")), "title": .set(.text("Roof"))]),
        ]
        var changed = round(knowledge)
        let isRead = changed.take(observed, for: claim)
        #expect(isRead)
        #expect(changed.commit.events.first?.fields["status"] == .clear, "a late update leaves the others alone")
        #expect(changed.commit.cameLate == [intent], "the other has written the same number, and may still come")
    }

    @Test("An object of a type that only we create is read again while its create is under way, never dropped (R13.11)")
    func underWay() {
        var waiting = round(creating: ["job"])
        let isTaken = waiting.take(seen, for: claim)
        #expect(!isTaken)
        #expect(waiting.commit.events.isEmpty)
        var settled = round(creating: [])
        let isSettled = settled.take(seen, for: claim)
        #expect(isSettled)
        #expect(settled.commit.events.isEmpty)
    }

    @Test("What bears our id after its create was given up waits until an object stands for the record (R13.11)")
    func givenUp() {
        var knowledge = ObjectKnowledge()
        let key = LinkKey(connection: connection, native: native, entity: .job)
        let create = Intents.LateCreate(intent: IDSource.random.next(now), record: IDSource.random.next(now))
        knowledge.lateCreates[key] = create
        knowledge.lateCreates[key]?.isReplaced = false
        var waiting = round(knowledge)
        let isTaken = waiting.take(seen, for: claim)
        #expect(!isTaken)
        #expect(waiting.commit.lateObjects.isEmpty)
        knowledge.lateCreates[key] = create
        var replaced = round(knowledge)
        let isReplaced = replaced.take(seen, for: claim)
        #expect(isReplaced)
        #expect(replaced.commit.lateObjects.map(\.record) == [create.record])
    }
}
