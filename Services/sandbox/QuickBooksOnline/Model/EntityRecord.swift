import SandboxKit

/// One entity of a company.
struct EntityRecord: Sendable {
    let id: Int
    var syncToken = 0
    let createdAt: SandboxInstant
    var updatedAt: SandboxInstant
    /// Whether it was deleted; kept for change data capture.
    var isDeleted = false
    /// All fields but Id, SyncToken and MetaData.
    var fields: JSONObject

    /// The id of another entity that a reference field holds.
    func reference(_ name: String) -> String? { fields[name]?["value"]?.stringValue }

    func string(_ name: String) -> String? { fields[name]?.stringValue }

    /// Whether it is in use: entities without the field are.
    var isActive: Bool { fields["Active"]?.boolValue ?? true }
}

/// All entities of one kind.
struct EntityTable: Sendable {
    private(set) var records: [Int: EntityRecord] = [:]
    /// All ids ever given, ascending.
    private(set) var order: [Int] = []
    private(set) var liveCount = 0
    private var changes = ChangeOrder<Int>()

    /// The ids of those that were changed at the moment or after it, ascending.
    func changed(since moment: SandboxInstant) -> [Int] { changes.since(moment).sorted() }

    func live(_ id: Int) -> EntityRecord? {
        records[id].flatMap { $0.isDeleted ? nil : $0 }
    }

    mutating func put(_ record: EntityRecord) {
        if let old = records.updateValue(record, forKey: record.id) {
            if !old.isDeleted { liveCount -= 1 }
        } else if let last = order.last, last > record.id {
            order.insert(record.id, at: order.firstIndex { $0 > record.id } ?? order.count)
        } else {
            order.append(record.id)
        }
        if !record.isDeleted { liveCount += 1 }
        changes.note(record.id, at: record.updatedAt)
    }
}
