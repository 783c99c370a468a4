public import CanonicalModel
public import ConnectorKit
import SyncCore

extension QuickBooksOnlineConnector {
    /// How many objects a page of a snapshot has.
    private static let pageSize = 200
    /// How deep sub-customers can be.
    private static let levels = 5

    /// Reads objects by id, a hundred in one statement.
    ///
    /// An inactive customer or item is found and shown as archived; a deleted document is gone.
    public func read(
        _ references: [NativeReference], session: any VendorSession
    ) async throws(ConnectorFault) -> [ReadResult] {
        var results: [ReadResult] = []
        for type in QuickBooksOnlineType.allCases {
            let ids = Set(references.filter { $0.type == type.rawValue }.map(\.id)).sorted()
            guard !ids.isEmpty else { continue }
            let found = try await api.read(type, ids: ids, session: session)
            let whole = try await self.whole(type, Array(found.values), session: session)
            let objects = Dictionary(whole.map { ($0.reference.id, $0) }) { first, _ in first }
            results += ids.map { id in
                objects[id].map(ReadResult.found) ?? .gone(NativeReference(type: type.rawValue, id: id))
            }
        }
        return results
    }

    /// One page of a type's objects, inactive ones included, in the order in which they were made.
    public func page(
        of nativeType: String, after cursor: String?, session: any VendorSession
    ) async throws(ConnectorFault) -> ObjectPage {
        guard let type = QuickBooksOnlineType(rawValue: nativeType) else { return ObjectPage(objects: [], next: nil) }
        let start = cursor.flatMap { Int($0) } ?? 1
        let active = type.isNameList ? "where Active in (true, false) " : ""
        let answer = try await api.query(
            "select * from \(type.rawValue) \(active)orderby MetaData.CreateTime startposition \(start) "
                + "maxresults \(Self.pageSize)", session: session)
        let found = answer["QueryResponse"][type.rawValue].array ?? []
        let objects = try await whole(type, found, session: session)
        return ObjectPage(objects: objects, next: found.count == Self.pageSize ? String(start + found.count) : nil)
    }

    /// Objects with what must be read along to understand them: names of terms and methods, the customer above a
    /// sub-customer.
    private func whole(
        _ type: QuickBooksOnlineType, _ objects: [JSONValue], session: any VendorSession
    ) async throws(ConnectorFault) -> [NativeObject] {
        switch type {
        case .item: return objects.map { QuickBooksOnlineObject.native(type, $0) }
        case .customer:
            return try await named("SalesTermRef", of: "Term", in: objects, session: session)
                .map { QuickBooksOnlineObject.native(type, $0) }
        case .invoice, .payment, .creditMemo:
            let objects = try await named("PaymentMethodRef", of: "PaymentMethod", in: objects, session: session)
            let tops = try await topCustomers(of: objects, session: session)
            return objects.map { object in
                QuickBooksOnlineObject.native(
                    type, object, customer: object["CustomerRef"]["value"].string.flatMap { tops[$0] })
            }
        }
    }

    /// Puts names into references that come without one.
    private func named(
        _ field: String, of entity: String, in objects: [JSONValue], session: any VendorSession
    ) async throws(ConnectorFault) -> [JSONValue] {
        func nameless(_ object: JSONValue) -> String? {
            object[field]["name"].isNull ? object[field]["value"].string : nil
        }
        let ids = Set(objects.compactMap(nameless)).sorted()
        guard !ids.isEmpty else { return objects }
        let found = try await api.read(entity, activeToo: true, ids: ids, session: session)
        return objects.map { object in
            guard let name = nameless(object).flatMap({ found[$0]?["Name"].string }) else { return object }
            var object = object
            object[field]["name"] = .string(name)
            return object
        }
    }

    /// The customers above the sub-customers that documents name; a colon in the name tells a sub-customer.
    private func topCustomers(
        of objects: [JSONValue], session: any VendorSession
    ) async throws(ConnectorFault) -> [String: String] {
        let references = objects.map { $0["CustomerRef"] }.filter { $0["name"].string?.contains(":") ?? true }
        let ids = Set(references.compactMap { $0["value"].string })
        var tops = Dictionary(uniqueKeysWithValues: ids.map { ($0, $0) })
        var asked: [String: JSONValue] = [:]
        for _ in 0..<Self.levels {
            let next = Set(tops.values).subtracting(asked.keys).sorted()
            guard !next.isEmpty else { break }
            let found = try await api.read(.customer, ids: next, session: session)
            for id in next { asked[id] = found[id] ?? .null }
            for (id, top) in tops {
                if let parent = asked[top]?["ParentRef"]["value"].string { tops[id] = parent }
            }
        }
        return tops
    }
}
