import CanonicalModel
public import ConnectorKit
import SyncCore
import VendorHTTP

extension QuickBooksOnlineConnector {
    /// Makes a draft of the write.
    ///
    /// What only QuickBooks Online knows (ids of items, a site's address, what people wrote into the private note) is
    /// read just before the draft is sent. A create goes out under the creation key, an update under the version that it
    /// was made for, so sending a draft twice is sending it once.
    public func prepare(_ write: OutboundWrite) throws(ConnectorFault) -> PreparedWrite {
        let draft = try QuickBooksOnlineDraft(write, overlay: overlay, currency: declaration.currency)
        let parameters = draft.isUpdate ? [] : [("requestid", write.creationKey)]
        return PreparedWrite(
            write: write,
            request: VendorRequest(
                .post, api.path(draft.type.path, parameters), headers: ["Content-Type": "application/json"],
                body: draft.json.serialised()), covers: Set(write.changes.keys))
    }

    /// Sends creates one by one, for a batch has one request id for all of its items; several updates go in batches.
    ///
    /// Invoices go last: they copy the addresses of sites.
    public func send(_ writes: [PreparedWrite], session: any VendorSession) async -> [WriteOutcome] {
        var outcomes = [WriteOutcome?](repeating: nil, count: writes.count)
        for isInvoice in [false, true] {
            let places = writes.indices.filter { (writes[$0].write.entity == .invoice) == isInvoice }
            for (place, outcome) in await send(places, of: writes, session: session) { outcomes[place] = outcome }
        }
        return outcomes.map { $0 ?? .failed(QuickBooksOnlineErrors.unreadable(isSafe: true)) }
    }

    /// Settles an attempt to create: by looking for what can be found, then by the same request under the same key.
    ///
    /// The repeat is made here and not by the caller, so that a limit or a fault on the way leaves the attempt unsettled
    /// instead of refused. What the vendor refuses for its content was never carried out; the caller's repeat says why.
    public func lookUp(
        _ write: PreparedWrite, session: any VendorSession
    ) async throws(ConnectorFault) -> LookUpResult {
        let draft = try QuickBooksOnlineDraft(write.request)
        guard !draft.isUpdate else { return .absent }
        if let found = try await search(for: draft, record: write.write.record, session: session) {
            return .found(NativeReference(type: draft.type.rawValue, id: found))
        }
        do {
            let whole = try await completed(write, session: session)
            return .found(try await carryOut(whole, of: write, session: session).native)
        } catch {
            switch error.failureClass {
            case .validation, .duplicate, .notFound: return .repeatRequest
            default: throw error
            }
        }
    }

    /// The id of what bears the mark of our record: a customer by the digits in its name or by its notes, an invoice by its
    /// private note.
    private func search(
        for draft: QuickBooksOnlineDraft, record: CanonicalID, session: any VendorSession
    ) async throws(ConnectorFault) -> String? {
        if let name = draft.body["DisplayName"]?.string {
            let unique = QuickBooksOnlineName.unique(name, record: record)
            for display in [unique, name] {
                let answer = try await api.query(
                    "select * from Customer where DisplayName = \(QuickBooksOnlineAPI.quoted(display)) "
                        + "and Active in (true, false)", session: session)
                let found = answer["QueryResponse"]["Customer"][0]
                let isOurs = QuickBooksOnlineNote(found["Notes"].string ?? "").record == record
                if let id = found["Id"].string, display == unique || isOurs { return id }
            }
            return nil
        }
        guard let customer = draft.body["CustomerRef"]?["value"].string else { return nil }
        var start = 1
        while true {
            let answer = try await api.query(
                "select * from Invoice where CustomerRef = \(QuickBooksOnlineAPI.quoted(customer)) "
                    + "orderby MetaData.CreateTime desc startposition \(start) maxresults 200", session: session)
            let invoices = answer["QueryResponse"]["Invoice"].array ?? []
            if let found = invoices.first(where: {
                QuickBooksOnlineNote($0["PrivateNote"].string ?? "").record == record
            }) {
                return found["Id"].string
            }
            guard invoices.count == 200, start < 1000 else { return nil }
            start += 200
        }
    }
}
