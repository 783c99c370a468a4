import CanonicalModel
import SyncCore
import VendorHTTP

@testable import ConnectorKit
@testable import SyncStore

/// A connection with customers, contacts that live with them, sites and jobs, and pieces of its work.
struct EgressSample {
    static let connection = ConnectionID("field-service")
    static let now = Instant("2026-03-02T15:00:00Z")!
    static let customer = CanonicalID(high: 1, low: 1)
    static let site = CanonicalID(high: 1, low: 2)
    static let record = CanonicalID(high: 2, low: 1)
    static let intent = CanonicalID(high: 3, low: 1)
    static let native = NativeReference(type: "job", id: "7")

    static let descriptor = ConnectorDescriptor(
        vendor: "vendor", title: "Vendor", roles: [.fsm],
        entities: [
            capability(.customer, "client", writes: ["name", "phone", "website"], keepsExternalID: true),
            capability(
                .contact, "client", placement: .embeddedIfFree(in: "customer", namedBy: "primary_contact"),
                writes: ["customer", "first_name"]),
            capability(.site, "client", placement: .embedded(in: "customer"), writes: ["address"]),
            capability(.job, "job", writes: ["title", "instructions", "customer", "site", "estimate", "number"]),
            capability(.payment, "payment", creates: false, writes: []),
        ],
        pollStreams: [], authentication: .privateToken, rateLimit: RateLimit(burst: 1, perSecond: 1),
        requestCeiling: .seconds(1), indexLag: .zero)

    private static func capability(
        _ entity: EntityKind, _ type: String, placement: EntityCapability.Placement = .own, creates: Bool = true,
        writes: Set<FieldName>, keepsExternalID: Bool = false
    ) -> EntityCapability {
        EntityCapability(
            entity, nativeType: type, placement: placement, originates: true, creates: creates, writes: writes,
            reads: writes, keepsExternalID: keepsExternalID, createGuarantee: .notApplicable)
    }

    /// Customer and site of the sample as the connection has them.
    static let places: [CanonicalID: [PlacedRecord]] = [
        customer: [PlacedRecord(entity: .customer, native: client)],
        site: [PlacedRecord(entity: .site, native: client)],
    ]
    static let client = NativeReference(type: "client", id: "1")

    static func plan(
        places: [CanonicalID: [PlacedRecord]] = places, occupancy: [LinkKey: Occupancy] = [:]
    ) -> EgressPlan {
        EgressPlan(descriptor: descriptor, connection: connection, places: places, occupancy: occupancy)
    }

    static func place(_ record: CanonicalID, _ entity: EntityKind) -> Place {
        Place(record: record, connection: connection, entity: entity)
    }

    static func claim(
        _ entity: EntityKind = .job, _ desired: [FieldName: FieldValue] = ["title": .text("Roof")],
        native: NativeReference? = nil, shadow: Patch? = nil, held: Set<FieldName> = [], attempts: Int = 0,
        mayCreate: Bool = true, unsettled: Bool = false, ordinal: Int = 1, isAssumed: Bool = false
    ) -> WorkClaim {
        let place = place(record, entity)
        let work = ClaimedWork(
            version: ClaimedWork.Version(
                place: place, version: 4, command: CanonicalID(high: 9, low: 1), generation: 1),
            attempts: attempts, held: held, changedAt: now, body: [], effect: nil, native: native,
            lane: Lane(key: .record(record, in: connection), epoch: 1))
        let command = SyncCommand(
            id: work.version.command, connection: connection, entity: entity, verb: .upsert, record: record, version: 4,
            desired: desired.mapValues { SyncCommand.Desired(.set($0)) }, mayCreate: mayCreate, policyVersion: 1,
            changedAt: now, context: MessageContext(correlation: CanonicalID(high: 9, low: 2)))
        let open = Intent(
            id: intent, place: place, nativeType: "job", nativeID: native?.id, key: "key", ordinal: 1, laneEpoch: 1,
            request: [])
        return WorkClaim(
            work, command: command,
            shadow: shadow.map {
                Shadow(fields: $0, externalID: record, versionToken: "3", readAt: isAssumed ? Shadow.assumed : now)
            },
            unsettled: unsettled ? open : nil, ordinal: ordinal)
    }

    /// A job's required references, and a title.
    static let job: [FieldName: FieldValue] = [
        "title": .text("Roof"), "customer": .reference(.canonical(customer)), "site": .reference(.canonical(site)),
    ]

    /// What a claim's write would be, already prepared.
    static func prepared(
        _ changes: Patch = ["title": .set(.text("Roof"))], native: NativeReference? = nil,
        covers: Set<FieldName>? = nil,
        needsExternalID: Bool = false
    ) -> PreparedWrite {
        PreparedWrite(
            write: OutboundWrite(
                record: record, entity: .job, native: native, changes: changes, desired: changes, shadow: [:],
                needsExternalID: needsExternalID, versionToken: nil, creationKey: "key"),
            request: VendorRequest(.post, "/jobs"), covers: covers ?? Set(changes.keys))
    }

    static func fault(
        _ failureClass: FailureClass, fields: [FieldName] = [], retryAfter: Duration? = nil
    ) -> ConnectorFault {
        ConnectorFault(
            failureClass, code: "code", message: "it did not work", fix: "mend it", fields: fields,
            retryAfter: retryAfter)
    }
}
