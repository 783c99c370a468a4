import CanonicalModel
public import ConnectorKit
import SyncCore

extension QuickBooksOnlineConnector {
    /// What a search says of our record.
    private enum Search {
        case found(String)
        case nothing
        /// The answer has a name that nobody asked for, so it compares names otherwise than we do.
        case untold
    }

    /// How many customers are searched for by one query: two names each, which the address of the request must hold.
    private static let customersPerQuery = 10

    /// Settles an attempt to create: by looking for what can be found, then by the same request under the same key.
    ///
    /// The repeat is made here and not by the caller, so that a limit or a fault on the way leaves the attempt unsettled
    /// instead of refused. What the vendor refuses for its content was never carried out; the caller's repeat says why.
    public func lookUp(
        _ write: PreparedWrite, session: any VendorSession
    ) async throws(ConnectorFault) -> LookUpResult {
        let draft = try QuickBooksOnlineDraft(write.request)
        guard !draft.isUpdate else { return .absent }
        return try await settle(
            write, draft, await search(for: draft, record: write.write.record, session: session), session: session)
    }

    /// Settles several attempts: customers are searched for together by their names, and invoices by one look through those
    /// of their customer.
    public func lookUp(
        _ writes: [PreparedWrite], session: any VendorSession
    ) async -> [Result<LookUpResult, ConnectorFault>] {
        var results: [Result<LookUpResult, ConnectorFault>] = []
        let searches = writes.count > 1 ? await search(for: writes, session: session) : [:]
        for (position, write) in writes.enumerated() {
            do throws(ConnectorFault) {
                let found: Search
                switch searches[position] {
                case .success(let search): found = search
                case .failure(let fault): throw fault
                case nil: found = .untold
                }
                if case .untold = found {
                    results.append(.success(try await lookUp(write, session: session)))
                } else {
                    let draft = try QuickBooksOnlineDraft(write.request)
                    results.append(.success(try await settle(write, draft, found, session: session)))
                }
            } catch {
                results.append(.failure(error))
            }
        }
        return results
    }

    private func settle(
        _ write: PreparedWrite, _ draft: QuickBooksOnlineDraft, _ search: Search, session: any VendorSession
    ) async throws(ConnectorFault) -> LookUpResult {
        if case .found(let id) = search {
            return .found(NativeReference(type: draft.type.rawValue, id: id))
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

    /// Searches for what bears the mark of our record: a customer by the digits in its name or by its notes, an invoice by its
    /// private note.
    private func search(
        for draft: QuickBooksOnlineDraft, record: CanonicalID, session: any VendorSession
    ) async throws(ConnectorFault) -> Search {
        if let name = draft.body["DisplayName"]?.string {
            let unique = QuickBooksOnlineName.unique(name, record: record)
            for display in [unique, name] {
                let customers = try await customers(named: [display], session: session)
                if let id = Self.id(of: record, in: customers.first, isNamedForIt: display == unique) {
                    return .found(id)
                }
            }
            return .nothing
        }
        guard let customer = draft.body["CustomerRef"]?["value"].string else { return .nothing }
        return try await invoices(of: [record], customer: customer, session: session)[record].map { .found($0) }
            ?? .nothing
    }

    /// Searches for the creates among several writes, by their places.
    private func search(
        for writes: [PreparedWrite], session: any VendorSession
    ) async -> [Int: Result<Search, ConnectorFault>] {
        var named: [(place: Int, name: String)] = []
        var billed: [String: [Int]] = [:]
        for (place, write) in writes.enumerated() {
            guard let draft = try? QuickBooksOnlineDraft(write.request), !draft.isUpdate else { continue }
            if let name = draft.body["DisplayName"]?.string {
                named.append((place, name))
            } else if let customer = draft.body["CustomerRef"]?["value"].string {
                billed[customer, default: []].append(place)
            }
        }
        var searches: [Int: Result<Search, ConnectorFault>] = [:]
        while !named.isEmpty {
            let chunk = Array(named.prefix(Self.customersPerQuery))
            named.removeFirst(chunk.count)
            let asked = chunk.map { (place: $0.place, name: $0.name, record: writes[$0.place].write.record) }
            let found = await search(for: asked, session: session)
            for (place, _) in chunk { searches[place] = found.map { $0[place] ?? .untold } }
        }
        for (customer, places) in billed.sorted(by: { $0.key < $1.key }) {
            do throws(ConnectorFault) {
                let records = Set(places.map { writes[$0].write.record })
                let found = try await invoices(of: records, customer: customer, session: session)
                for place in places {
                    searches[place] = .success(found[writes[place].write.record].map { .found($0) } ?? .nothing)
                }
            } catch {
                for place in places { searches[place] = .failure(error) }
            }
        }
        return searches
    }

    /// Searches for customers by one query.
    private func search(
        for asked: [(place: Int, name: String, record: CanonicalID)], session: any VendorSession
    ) async -> Result<[Int: Search], ConnectorFault> {
        let names = asked.flatMap { [QuickBooksOnlineName.unique($0.name, record: $0.record), $0.name] }
        let customers: [JSONValue]
        do throws(ConnectorFault) {
            customers = try await self.customers(named: Set(names).sorted(), session: session)
        } catch {
            // A query of several names that is refused for itself says nothing of any of them.
            return error.failureClass == .validation ? .success([:]) : .failure(error)
        }
        let byName = Dictionary(customers.map { (Self.folded($0["DisplayName"].string ?? ""), $0) }) { first, _ in first
        }
        // Names that are shown are unique: each answer belongs to one of those that were asked for, or we cannot tell them apart.
        let isTold = byName.count == customers.count && Set(byName.keys).isSubset(of: names.map(Self.folded))
        return .success(
            asked.reduce(into: [:]) { searches, one in
                let unique = byName[Self.folded(QuickBooksOnlineName.unique(one.name, record: one.record))]
                let id =
                    Self.id(of: one.record, in: unique, isNamedForIt: true)
                    ?? Self.id(of: one.record, in: byName[Self.folded(one.name)], isNamedForIt: false)
                searches[one.place] = id.map { .found($0) } ?? (isTold ? .nothing : .untold)
            })
    }

    private static func folded(_ name: String) -> String { name.lowercased() }

    /// The customer's id where it is ours: by its name, which bears our id's digits, or by its notes.
    private static func id(of record: CanonicalID, in customer: JSONValue?, isNamedForIt: Bool) -> String? {
        guard let customer, let id = customer["Id"].string else { return nil }
        return isNamedForIt || QuickBooksOnlineNote(customer["Notes"].string ?? "").record == record ? id : nil
    }

    private func customers(
        named names: [String], session: any VendorSession
    ) async throws(ConnectorFault) -> [JSONValue] {
        let quoted = names.map(QuickBooksOnlineAPI.quoted)
        let condition = quoted.count == 1 ? "= \(quoted[0])" : "in (\(quoted.joined(separator: ", ")))"
        let answer = try await api.query(
            "select * from Customer where DisplayName \(condition) and Active in (true, false)", session: session)
        return answer["QueryResponse"]["Customer"].array ?? []
    }

    /// The ids of a customer's invoices that bear the marks of records; the newest thousand are looked through.
    private func invoices(
        of records: Set<CanonicalID>, customer: String, session: any VendorSession
    ) async throws(ConnectorFault) -> [CanonicalID: String] {
        var found: [CanonicalID: String] = [:]
        var start = 1
        while true {
            let answer = try await api.query(
                "select * from Invoice where CustomerRef = \(QuickBooksOnlineAPI.quoted(customer)) "
                    + "orderby MetaData.CreateTime desc startposition \(start) maxresults 200", session: session)
            let invoices = answer["QueryResponse"]["Invoice"].array ?? []
            for invoice in invoices {
                guard let record = QuickBooksOnlineNote(invoice["PrivateNote"].string ?? "").record,
                    records.contains(record), found[record] == nil, let id = invoice["Id"].string
                else { continue }
                found[record] = id
            }
            guard found.count < records.count, invoices.count == 200, start < 1000 else { return found }
            start += 200
        }
    }
}
