import CanonicalModel
import ConnectorKit
import SyncCore

extension QuickBooksOnlineConnector {
    /// An update that is ready to go into a batch.
    struct Update {
        /// Its place among the writes.
        let place: Int
        let draft: QuickBooksOnlineDraft
    }

    /// How long after it was decided on an invoice waits for the address of its site.
    private static let patience: Int64 = 120

    /// Sends the writes at some places.
    func send(
        _ places: [Int], of writes: [PreparedWrite], session: any VendorSession
    ) async -> [(place: Int, outcome: WriteOutcome)] {
        var outcomes: [(place: Int, outcome: WriteOutcome)] = []
        var updates: [Update] = []
        for place in places {
            let write = writes[place]
            do {
                let draft = try await completed(write, session: session)
                if draft.isUpdate, !draft.body.isEmpty {
                    updates.append(Update(place: place, draft: draft))
                } else {
                    outcomes.append((place, .done(try await carryOut(draft, of: write, session: session))))
                }
            } catch {
                outcomes.append((place, Self.outcome(of: error, write)))
            }
        }
        while !updates.isEmpty {
            let chunk = Array(updates.prefix(QuickBooksOnlineAPI.batchLimit))
            updates.removeFirst(chunk.count)
            outcomes += await carryOut(chunk, of: writes, session: session)
        }
        return outcomes
    }

    /// A draft with everything in it that had to be read.
    func completed(
        _ write: PreparedWrite, session: any VendorSession
    ) async throws(ConnectorFault) -> QuickBooksOnlineDraft {
        var draft = try QuickBooksOnlineDraft(write.request)
        var current = JSONValue.null
        if let id = draft.id, draft.needsCurrent, !draft.isEmpty {
            guard let found = try await api.read(draft.type, ids: [id], session: session)[id] else { throw Self.gone }
            current = found
        }
        draft.complete(with: current, record: write.write.record)
        if let lines = draft.body["Line"]?.array {
            draft.body["Line"] = .array(try await items.resolve(lines, api: api, session: session))
        }
        guard draft.type == .invoice else { return draft }
        let payer = draft.isUpdate ? nil : draft.body["CustomerRef"]?["value"].string
        let wanted = Set([draft.site, payer].compactMap(\.self)).sorted()
        guard !wanted.isEmpty else { return draft }
        let customers = try await api.read(.customer, ids: wanted, session: session)
        draft.complete(withCustomers: customers)
        if draft.site != nil, draft.body["ShipAddr"] == nil, isNew(write.write, session) {
            throw Self.waitsForAddress
        }
        return draft
    }

    /// Sends one write; a name that somebody else has is sent once more with digits of our id behind it.
    func carryOut(
        _ draft: QuickBooksOnlineDraft, of write: PreparedWrite, session: any VendorSession
    ) async throws(ConnectorFault) -> WriteReceipt {
        if let id = draft.id, draft.body.isEmpty {
            // Nothing to send: the object is looked at, for its version.
            guard let found = try await api.read(draft.type, ids: [id], session: session)[id] else { throw Self.gone }
            return Self.receipt(draft.type, found)
        }
        let body = draft.sent
        let key =
            draft.isUpdate ? QuickBooksOnlineAPI.requestID(of: .object(body)) : write.write.creationKey
        do {
            return Self.receipt(draft.type, try await api.write(draft.type, body, requestID: key, session: session))
        } catch {
            if error.code == "610" { items.forget() }
            guard error.failureClass == .duplicate, let name = body["DisplayName"]?.string else { throw error }
            var unique = body
            unique["DisplayName"] = .string(QuickBooksOnlineName.unique(name, record: write.write.record))
            let answer = try await api.write(
                draft.type, unique, requestID: QuickBooksOnlineAPI.requestID(of: .object(unique), after: key),
                session: session)
            return Self.receipt(draft.type, answer)
        }
    }

    /// Sends updates: one by itself, several as a batch.
    func carryOut(
        _ updates: [Update], of writes: [PreparedWrite], session: any VendorSession
    ) async -> [(place: Int, outcome: WriteOutcome)] {
        guard updates.count > 1 else {
            var outcomes: [(place: Int, outcome: WriteOutcome)] = []
            for update in updates {
                outcomes.append((update.place, await single(update, of: writes, session: session)))
            }
            return outcomes
        }
        let answers: [Int: JSONValue]
        do {
            answers = try await api.batch(updates.map { ($0.draft.type, $0.draft.sent) }, session: session)
        } catch {
            return updates.map { ($0.place, Self.outcome(of: error, writes[$0.place])) }
        }
        var outcomes: [(place: Int, outcome: WriteOutcome)] = []
        for (position, update) in updates.enumerated() {
            let write = writes[update.place]
            let answer = answers[position] ?? .null
            if let fault = answer.object?["Fault"] {
                let fault = QuickBooksOnlineErrors.fault(fault, status: 200, isSafe: false)
                // The name is somebody else's: by itself it is sent with our digits.
                let outcome =
                    fault.failureClass == .duplicate
                    ? await single(update, of: writes, session: session) : Self.outcome(of: fault, write)
                outcomes.append((update.place, outcome))
            } else if answer[update.draft.type.rawValue]["Id"].string != nil {
                let object = answer[update.draft.type.rawValue]
                outcomes.append((update.place, .done(Self.receipt(update.draft.type, object))))
            } else {
                outcomes.append((update.place, .unknown(QuickBooksOnlineErrors.unreadable(isSafe: false))))
            }
        }
        return outcomes
    }

    private func single(
        _ update: Update, of writes: [PreparedWrite], session: any VendorSession
    ) async -> WriteOutcome {
        let write = writes[update.place]
        do {
            return .done(try await carryOut(update.draft, of: write, session: session))
        } catch {
            return Self.outcome(of: error, write)
        }
    }

    /// What a fault means for a write; an invoice is created as a whole or not at all.
    static func outcome(of fault: ConnectorFault, _ write: PreparedWrite) -> WriteOutcome {
        if fault.failureClass == .unknownOutcome { return .unknown(fault) }
        return .failed(write.write.entity == .invoice && write.write.native == nil ? fault.ofWhole : fault)
    }

    private static func receipt(_ type: QuickBooksOnlineType, _ object: JSONValue) -> WriteReceipt {
        WriteReceipt(
            native: NativeReference(type: type.rawValue, id: object["Id"].string ?? ""),
            versionToken: object["SyncToken"].string,
            modifiedAt: QuickBooksOnlineObject.instant(object["MetaData"]["LastUpdatedTime"]))
    }

    /// Whether a record was decided on a moment ago.
    private func isNew(_ write: OutboundWrite, _ session: any VendorSession) -> Bool {
        write.wantedAt.map { (0..<Self.patience).contains(session.now.seconds(since: $0)) } ?? false
    }

    /// A site that shares its customer's object is linked before its address is written; so the invoice may be first.
    private static var waitsForAddress: ConnectorFault {
        ConnectorFault(
            .rateLimited, code: "site_address", message: "the address of the invoice's site is not there yet",
            fix: "nothing to do: it is tried again, and goes without an address to ship to after two minutes",
            retryAfter: .seconds(1))
    }

    private static var gone: ConnectorFault {
        ConnectorFault(
            .notFound, code: "610", message: "QuickBooks Online does not know the object",
            fix: "the object was deleted there; decide in the review queue what becomes of the record")
    }
}
