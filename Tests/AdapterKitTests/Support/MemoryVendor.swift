import CanonicalModel
import ConnectorKit
import SyncCore
import Synchronization
import VendorHTTP

/// A vendor in memory: objects of one type that stand for customers, and for the first contact of each.
final class MemoryVendor: Connector {
    /// What the vendor does with the next request.
    enum Behaviour: Sendable {
        /// Carries it out, and the answer is lost.
        case loseAnswer
        /// Never gets it, and nobody knows.
        case loseRequest
        /// Refuses it.
        case refuse(ConnectorFault)
        /// Refuses to be read.
        case refuseRead(ConnectorFault)
        /// Keeps another value of a field.
        case rewrite(FieldName, to: FieldValue)
    }

    struct Object: Sendable {
        var fields: [EntityKind: Patch] = [:]
        var externalID: CanonicalID?
    }

    /// A call that asked for several records, and how many requests to change something there had been before it.
    struct LookUp: Hashable {
        var records: Int
        var requests: Int
    }

    private struct State {
        var objects: [String: Object] = [:]
        var log: [VendorRequest] = []
        var keys: [String] = []
        var behaviours: [Behaviour] = []
        var reads = 0
        var lookUps: [LookUp] = []
        var neutralised: [String] = []
        /// Why everything is refused.
        var outage: ConnectorFault?
        /// Why all writes of a record are refused.
        var refusals: [CanonicalID: ConnectorFault] = [:]
    }

    private let state = Mutex(State())
    /// Runs while a request is with the vendor, or a read.
    let whileSending = Mutex<(@Sendable () async -> Void)?>(nil)
    let whileReading = Mutex<(@Sendable () async -> Void)?>(nil)

    /// What a poll shows after a cursor.
    let pages = Mutex<(@Sendable (String?) -> PollPage)?>(nil)

    let descriptor = ConnectorDescriptor(
        vendor: "memory", title: "Memory", roles: [.fsm],
        entities: [
            EntityCapability(
                .customer, nativeType: "client", originates: true, creates: true, writes: ["name", "phone", "notes"],
                reads: ["name", "phone", "notes"], keepsExternalID: true,
                createGuarantee: .detected(minutes: 1, by: "external id")),
            EntityCapability(
                .contact, nativeType: "client",
                placement: .embeddedIfFree(in: "customer", namedBy: "primary_contact"), originates: false,
                creates: true, writes: ["customer", "first_name"], reads: ["first_name"],
                requiredAtCreate: ["customer"], keepsExternalID: false, createGuarantee: .notApplicable),
        ],
        pollStreams: [], authentication: .privateToken, rateLimit: RateLimit(burst: 100, perSecond: 100),
        requestCeiling: .zero, indexLag: .zero)

    var requests: [VendorRequest] { state.withLock { $0.log } }
    /// The creation keys of the requests.
    var keys: [String] { state.withLock { $0.keys } }
    var objects: [String: Object] { state.withLock { $0.objects } }
    var lookUps: [LookUp] { state.withLock { $0.lookUps } }
    var reads: Int { state.withLock { $0.reads } }
    var neutralised: [String] { state.withLock { $0.neutralised } }

    func next(_ behaviours: Behaviour...) {
        state.withLock { $0.behaviours += behaviours }
    }

    /// Refuses everything from now on, or no longer.
    func refuseAll(with fault: ConnectorFault?) {
        state.withLock { $0.outage = fault }
    }

    /// Refuses every write of a record from now on.
    func refuse(record: CanonicalID, with fault: ConnectorFault) {
        state.withLock { $0.refusals[record] = fault }
    }

    /// A person edits an object.
    func edit(_ id: String, _ fields: Patch, externalID: CanonicalID? = nil) {
        state.withLock { state in
            state.objects[id, default: Object()].fields[.customer, default: [:]].merge(fields) { _, new in new }
            if let externalID { state.objects[id]?.externalID = externalID }
        }
    }

    // MARK: Connector

    func verify(_ delivery: WebhookDelivery, secrets: [String], now: Instant) -> WebhookVerdict {
        delivery.headers["x-secret"].map(secrets.contains) == true ? .genuine : .rejected("the secret is wrong")
    }

    func changes(in delivery: WebhookDelivery) throws(ConnectorFault) -> [ChangeHint] {
        let ids = String(decoding: delivery.body, as: UTF8.self).split(separator: ",")
        if ids.contains("?") {
            throw ConnectorFault(.undecodable, code: "body", message: "the body is no list of ids", fix: "look at it")
        }
        return ids.map { ChangeHint(native: NativeReference(type: "client", id: String($0)), topic: "changed") }
    }

    func read(
        _ references: [NativeReference], session: any VendorSession
    ) async throws(ConnectorFault) -> [ReadResult] {
        let (objects, fault) = state.withLock { state -> ([String: Object], ConnectorFault?) in
            state.reads += 1
            if let outage = state.outage { return ([:], outage) }
            guard case .refuseRead(let fault) = state.behaviours.first else { return (state.objects, nil) }
            state.behaviours.removeFirst()
            return (state.objects, fault)
        }
        if let fault { throw fault }
        let results = references.map { reference in
            objects[reference.id].map { object -> ReadResult in
                let fields = object.fields[.customer] ?? [:]
                var body = JSONObject()
                for (field, value) in fields.sorted(by: { $0.key < $1.key }) {
                    if case .set(.text(let text)) = value { body[field.name] = .string(text) }
                }
                if let id = object.externalID { body["external_id"] = .string(id.description) }
                return .found(NativeObject(reference: reference, body: .object(body)))
            } ?? .gone(reference)
        }
        await whileReading.withLock { $0 }?()
        return results
    }

    func poll(
        _ stream: PollStream, after cursor: String?, session: any VendorSession
    ) async throws(ConnectorFault) -> PollPage {
        pages.withLock { $0 }?(cursor) ?? PollPage(changes: [], cursor: cursor ?? "0", hasMore: false)
    }

    func rewound(_ cursor: String?, of stream: PollStream, to moment: Instant) -> String? { "back to \(moment)" }

    func page(
        of nativeType: String, after cursor: String?, session: any VendorSession
    ) async throws(ConnectorFault) -> ObjectPage {
        ObjectPage(objects: [], next: nil)
    }

    func observe(_ object: NativeObject) throws(ConnectorFault) -> [Observation] {
        var fields: Patch = [:]
        for field in ["name", "phone", "notes"] as [FieldName] {
            fields[field] = object.body[field.name].string.map { .set(.text($0)) } ?? .clear
        }
        return [
            Observation(
                entity: .customer, native: object.reference,
                externalID: object.body["external_id"].string.flatMap { CanonicalID($0) }, fields: fields)
        ]
    }

    func prepare(_ write: OutboundWrite) throws(ConnectorFault) -> PreparedWrite {
        let body = (try? PatchCoding.encode(write.changes, of: write.entity)) ?? []
        let method: VendorHTTP.HTTPMethod = write.native == nil ? .post : .patch
        return PreparedWrite(
            write: write, request: VendorRequest(method, "/clients/\(write.native?.id ?? "")", body: body),
            covers: Set(write.changes.keys))
    }

    func send(_ writes: [PreparedWrite], session: any VendorSession) async -> [WriteOutcome] {
        var outcomes: [WriteOutcome] = []
        for write in writes {
            await whileSending.withLock { $0 }?()
            outcomes.append(send(write))
        }
        return outcomes
    }

    func lookUp(
        _ write: PreparedWrite, session: any VendorSession
    ) async throws(ConnectorFault) -> LookUpResult {
        guard write.write.native == nil else { return .absent }
        let found = objects.first { $0.value.externalID == write.write.record }
        return found.map { .found(NativeReference(type: "client", id: $0.key)) } ?? .absent
    }

    func lookUp(
        _ writes: [PreparedWrite], session: any VendorSession
    ) async -> [Result<LookUpResult, ConnectorFault>] {
        state.withLock { $0.lookUps.append(LookUp(records: writes.count, requests: $0.log.count)) }
        var results: [Result<LookUpResult, ConnectorFault>] = []
        for write in writes {
            do throws(ConnectorFault) {
                results.append(.success(try await lookUp(write, session: session)))
            } catch {
                results.append(.failure(error))
            }
        }
        return results
    }

    func neutralise(
        _ native: NativeReference, madeFor record: CanonicalID, session: any VendorSession
    ) async throws(ConnectorFault) {
        state.withLock { $0.neutralised.append(native.id) }
    }

    func prepareAccount(webhookURL: String?, session: any VendorSession) async throws(ConnectorFault) {
        if let fault = state.withLock(\.outage) { throw fault }
    }

    private func send(_ prepared: PreparedWrite) -> WriteOutcome {
        state.withLock { state in
            state.log.append(prepared.request)
            state.keys.append(prepared.write.creationKey)
            if let fault = state.outage ?? state.refusals[prepared.write.record] { return .failed(fault) }
            let behaviour = state.behaviours.isEmpty ? nil : state.behaviours.removeFirst()
            let unknown = ConnectorFault(.unknownOutcome, code: "lost", message: "no answer", fix: "wait")
            if case .refuse(let fault) = behaviour { return .failed(fault) }
            if case .loseRequest = behaviour { return .unknown(unknown) }
            let write = prepared.write
            let id = write.native?.id ?? "c\(state.objects.count + 1)"
            state.objects[id, default: Object()].fields[write.entity, default: [:]]
                .merge(write.changes) { _, new in new }
            if write.entity == .customer { state.objects[id]?.externalID = write.record }
            var receipt = WriteReceipt(native: NativeReference(type: "client", id: id))
            if case .rewrite(let field, let value) = behaviour {
                state.objects[id]?.fields[write.entity]?[field] = .set(value)
                receipt.shown[field] = .set(value)
            }
            if case .loseAnswer = behaviour { return .unknown(unknown) }
            return .done(receipt)
        }
    }
}
