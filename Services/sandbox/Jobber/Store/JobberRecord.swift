import SandboxGraphQL
import SandboxKit

/// One native record: its stored fields, from which the resolvers derive the rest.
///
/// A field whose name ends in `Id` or `Ids` refers to other records. Lives inside the store's lock.
final class JobberRecord {
    /// The kind of record, as its id and the history name it.
    let collection: String
    /// The object type of the schema.
    let typeName: String
    let number: Int
    let id: String
    let createdAt: SandboxInstant
    fileprivate(set) var fields: GraphQLObject

    fileprivate init(
        collection: String, typeName: String, number: Int, createdAt: SandboxInstant, fields: GraphQLObject
    ) {
        self.collection = collection
        self.typeName = typeName
        self.number = number
        self.createdAt = createdAt
        self.fields = fields
        id = EncodedID.make(collection, number)
    }

    subscript(_ name: String) -> GraphQLValue? { fields[name] }

    func text(_ name: String) -> String? { fields[name]?.string }
    func number(_ name: String) -> Double? { fields[name]?.number }
    func flag(_ name: String) -> Bool { fields[name]?.bool ?? false }
    func texts(_ name: String) -> [String] { fields[name]?.list?.compactMap(\.string) ?? [] }
    func objects(_ name: String) -> [GraphQLObject] { fields[name]?.list?.compactMap(\.object) ?? [] }
    func instant(_ name: String) -> SandboxInstant? { text(name).flatMap(SandboxInstant.init(iso8601:)) }
}

/// All records of the account, with the references between them indexed.
final class JobberStore {
    private struct Table {
        var records: [Int: JobberRecord] = [:]
        /// The numbers in ascending order.
        var order: [Int] = []
        var ids = NativeIDCounter(start: 1)
        var changes = ChangeOrder<Int>()

        mutating func note(_ record: JobberRecord) {
            if let at = record.instant("updatedAt") { changes.note(record.number, at: at) }
        }
    }

    private struct Reference: Hashable {
        let collection: String
        let field: String
        let target: String
    }

    private var tables: [String: Table] = [:]
    private var referrers: [Reference: [Int]] = [:]
    var account = JobberAccount()

    // MARK: Looking up

    func record(_ id: String?) -> JobberRecord? {
        guard let id, let (collection, number) = EncodedID.parse(id) else { return nil }
        return tables[collection]?.records[number]
    }

    /// The record of that id, when it is of that kind.
    func record(_ id: String?, in collection: String) -> JobberRecord? {
        record(id).flatMap { $0.collection == collection ? $0 : nil }
    }

    /// All records of a kind, in the order of their making.
    func all(_ collection: String) -> [JobberRecord] {
        guard let table = tables[collection] else { return [] }
        return table.order.compactMap { table.records[$0] }
    }

    /// The records of a kind whose `updatedAt` is the moment or after it, in the order of their making.
    func changed(_ collection: String, since moment: SandboxInstant) -> [JobberRecord] {
        guard let table = tables[collection] else { return [] }
        return table.changes.since(moment).sorted().compactMap { table.records[$0] }
    }

    /// The records of a kind whose field refers to `target`, in the order of their making.
    func referring(_ collection: String, by field: String, to target: String) -> [JobberRecord] {
        guard let table = tables[collection] else { return [] }
        let numbers = referrers[Reference(collection: collection, field: field, target: target)] ?? []
        return numbers.compactMap { table.records[$0] }
    }

    func count(_ collection: String) -> Int { tables[collection]?.records.count ?? 0 }

    // MARK: Changing

    /// The next number of a kind, also for what is stored inside of other records.
    func nextNumber(_ collection: String) -> Int {
        tables[collection, default: Table()].ids.next()
    }

    func nextID(_ collection: String) -> GraphQLValue {
        .string(EncodedID.make(collection, nextNumber(collection)))
    }

    func insert(
        _ collection: String, typeName: String, number: Int?, fields: GraphQLObject, at now: SandboxInstant
    ) -> JobberRecord {
        var table = tables.removeValue(forKey: collection) ?? Table()
        if let number { table.ids.reserve(number) }
        let record = JobberRecord(
            collection: collection, typeName: typeName, number: number ?? table.ids.next(), createdAt: now,
            fields: fields)
        table.records[record.number] = record
        if let last = table.order.last, last > record.number {
            table.order.insert(record.number, at: table.order.firstIndex { $0 > record.number } ?? 0)
        } else {
            table.order.append(record.number)
        }
        table.note(record)
        tables[collection] = table
        for reference in references(record, fields) { index(record, reference) }
        return record
    }

    func replaceFields(of record: JobberRecord, with fields: GraphQLObject) {
        // Only what changed is indexed anew, so that lists keep the order in which records were made.
        let (old, new) = (references(record, record.fields), references(record, fields))
        for reference in old.subtracting(new) { unindex(record, reference) }
        record.fields = fields
        tables[record.collection]?.note(record)
        for reference in new.subtracting(old) { index(record, reference) }
    }

    func remove(_ record: JobberRecord) {
        for reference in references(record, record.fields) { unindex(record, reference) }
        tables[record.collection]?.records[record.number] = nil
        tables[record.collection]?.changes.remove(record.number)
        tables[record.collection]?.order.removeAll { $0 == record.number }
    }

    private func index(_ record: JobberRecord, _ reference: Reference) {
        let position = referrers[reference]?.lastIndex { $0 < record.number }.map { $0 + 1 } ?? 0
        referrers[reference, default: []].insert(record.number, at: position)
    }

    private func unindex(_ record: JobberRecord, _ reference: Reference) {
        referrers[reference]?.removeAll { $0 == record.number }
    }

    private func references(_ record: JobberRecord, _ fields: GraphQLObject) -> Set<Reference> {
        var found: Set<Reference> = []
        for (name, value) in fields where name.hasSuffix("Id") || name.hasSuffix("Ids") {
            for target in value.list?.compactMap(\.string) ?? value.string.map({ [$0] }) ?? [] {
                found.insert(Reference(collection: record.collection, field: name, target: target))
            }
        }
        return found
    }
}
