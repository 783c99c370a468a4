import CanonicalModel
import ConnectorKit
import SyncCore
import VendorHTTP

/// The connector of a modelled vendor: puts requests into numbers and answers into words.
struct SimulatedConnector: Connector {
    let vendor: SimulatedVendor

    var descriptor: ConnectorDescriptor { vendor.profile.descriptor }

    func verify(_ delivery: WebhookDelivery, secrets: [String], now: Instant) -> WebhookVerdict { .genuine }

    func changes(in delivery: WebhookDelivery) throws(ConnectorFault) -> [ChangeHint] { [] }

    func read(
        _ references: [NativeReference], session: any VendorSession
    ) async throws(ConnectorFault) -> [ReadResult] {
        guard case .states(let states) = try await ask(.read(references), session, isSafe: true) else { return [] }
        return states.map { native, state in
            guard let state, !vendor.states[state].isArchived else { return .gone(native) }
            return .found(NativeObject(reference: native, body: .int(Int64(state))))
        }
    }

    func poll(
        _ stream: PollStream, after cursor: String?, session: any VendorSession
    ) async throws(ConnectorFault) -> PollPage {
        let since = cursor.flatMap { Int64($0) }
        guard case .changes(let hints, let next) = try await ask(.changes(since: since), session, isSafe: true) else {
            return PollPage(changes: [], cursor: cursor ?? "0", hasMore: false)
        }
        return PollPage(changes: hints, cursor: "\(next)", hasMore: false)
    }

    func page(
        of nativeType: String, after cursor: String?, session: any VendorSession
    ) async throws(ConnectorFault) -> ObjectPage { ObjectPage(objects: [], next: nil) }

    func observe(_ object: NativeObject) throws(ConnectorFault) -> [Observation] {
        guard let number = object.body.int else { throw Self.unreadable }
        let state = vendor.states[Int(clamping: number)]
        guard let capability = descriptor.capability(for: state.entity) else { throw Self.unreadable }
        var fields: Patch = [:]
        for field in capability.reads { fields[field] = state.fields[field] ?? .clear }
        return [
            Observation(
                entity: state.entity, native: state.native, externalID: state.externalID, fields: fields,
                modifiedAt: state.modifiedAt, versionToken: vendor.profile.wantsVersion ? "\(state.version)" : nil)
        ]
    }

    func prepare(_ write: OutboundWrite) throws(ConnectorFault) -> PreparedWrite {
        PreparedWrite(
            write: write, request: VendorRequest(.post, "/\(vendor.register(.write(write)))"),
            covers: Set(write.changes.keys))
    }

    func send(_ writes: [PreparedWrite], session: any VendorSession) async -> [WriteOutcome] {
        var outcomes: [WriteOutcome] = []
        for write in writes { outcomes.append(await send(write, session)) }
        return outcomes
    }

    private func send(_ write: PreparedWrite, _ session: any VendorSession) async -> WriteOutcome {
        do {
            switch try await exchange(write.request, session, isSafe: false) {
            case .written(let number):
                let state = vendor.states[number]
                var receipt = WriteReceipt(native: state.native, modifiedAt: state.modifiedAt)
                if vendor.profile.wantsVersion {
                    receipt.versionToken = "\(state.version)"
                    let reads = descriptor.capability(for: state.entity)?.reads ?? []
                    receipt.shown = state.fields.filter { reads.contains($0.key) && write.covers.contains($0.key) }
                }
                return .done(receipt)
            case .stale: return .failed(Self.stale)
            default: return .failed(Self.missing)
            }
        } catch {
            return error.failureClass == .unknownOutcome ? .unknown(error) : .failed(error)
        }
    }

    func lookUp(
        _ write: PreparedWrite, session: any VendorSession
    ) async throws(ConnectorFault) -> LookUpResult {
        guard !vendor.profile.knowsRequests, write.write.native == nil,
            let type = descriptor.capability(for: write.write.entity)?.nativeType
        else { return .repeatRequest }
        guard case .found(let native?) = try await ask(.find(write.write.record, type: type), session, isSafe: true)
        else { return .absent }
        return .found(native)
    }

    func neutralise(
        _ native: NativeReference, madeFor record: CanonicalID, session: any VendorSession
    ) async throws(ConnectorFault) {
        _ = try await ask(.archive(native), session, isSafe: false)
    }

    func prepareAccount(webhookURL: String?, session: any VendorSession) async throws(ConnectorFault) {}

    // MARK: Requests

    private func ask(
        _ request: WireRequest, _ session: any VendorSession, isSafe: Bool
    ) async throws(ConnectorFault) -> WireAnswer {
        try await exchange(VendorRequest(.post, "/\(vendor.register(request))"), session, isSafe: isSafe)
    }

    private func exchange(
        _ request: VendorRequest, _ session: any VendorSession, isSafe: Bool
    ) async throws(ConnectorFault) -> WireAnswer {
        let response = try await session.send(request, isSafe: isSafe)
        guard response.status == 200, let number = SimulatedSession.number(response.body) else { throw Self.away }
        return vendor.answers[number]
    }

    private static let away = ConnectorFault(.transient, code: "503", message: "the vendor is away", fix: "wait")
    private static let stale = ConnectorFault(.stale, code: "stale", message: "another version", fix: "read it")
    private static let missing = ConnectorFault(.notFound, code: "missing", message: "no such object", fix: "read it")
    private static let unreadable = ConnectorFault(.undecodable, code: "body", message: "no state", fix: "look at it")
}

extension SimulatedVendor: @unchecked Sendable {}
