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
}
