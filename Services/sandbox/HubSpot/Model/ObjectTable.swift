import SandboxKit

/// What records of one kind look like: its names and its properties' definitions.
struct ObjectSchema: Sendable {
    var kind: ObjectKind
    var definitions: [String: PropertyDefinition] = [:]
    /// The names of the definitions in the order in which they were made.
    var definitionOrder: [String] = []
    var groups: [PropertyGroup] = []

    init(kind: ObjectKind) {
        self.kind = kind
        groups = [
            PropertyGroup(
                name: StandardProperties.groupName(kind), label: "\(kind.plural) information", displayOrder: 0)
        ]
        for definition in StandardProperties.of(kind) { define(definition) }
    }

    mutating func define(_ definition: PropertyDefinition) {
        if definitions.updateValue(definition, forKey: definition.name) == nil {
            definitionOrder.append(definition.name)
        }
    }

    /// The definition of a property that is in use; stage dates exist for every stage.
    func definition(_ name: String) -> PropertyDefinition? {
        if let definition = definitions[name] { return definition.isArchived ? nil : definition }
        guard name.hasPrefix("hs_v2_date_entered_") || name.hasPrefix("hs_date_entered_") else { return nil }
        var definition = PropertyDefinition(
            name: name, label: name, type: .datetime, fieldType: "date", groupName: StandardProperties.groupName(kind))
        definition.isReadOnly = true
        definition.isHubSpotDefined = true
        return definition
    }

    func isUnique(_ property: String) -> Bool { definition(property)?.hasUniqueValue ?? false }

    var uniqueCustomCount: Int {
        definitions.values.count { $0.hasUniqueValue && !$0.isHubSpotDefined && !$0.isArchived }
    }
}

/// All records of one kind, with who holds which unique value.
///
/// Do not keep a table in a variable across a write: the write would then copy all records.
struct ObjectTable: Sendable {
    var schema: ObjectSchema
    private(set) var records: [Int: HubSpotRecord] = [:]
    /// All ids ever given, ascending.
    private(set) var order: [Int] = []
    private(set) var liveCount = 0
    /// Merged ids and who survived.
    var aliases: [Int: Int] = [:]
    var ids: NativeIDCounter
    private var unique: [String: [String: Int]] = [:]
    private var changes = ChangeOrder<Int>()

    init(kind: ObjectKind) {
        schema = ObjectSchema(kind: kind)
        ids = NativeIDCounter(start: kind.firstID, step: 7)
        for definition in schema.definitions.values where definition.hasUniqueValue { unique[definition.name] = [:] }
    }

    mutating func define(_ definition: PropertyDefinition) {
        schema.define(definition)
        if definition.hasUniqueValue, unique[definition.name] == nil { unique[definition.name] = [:] }
    }

    // MARK: Records

    /// The record of that id or, after a merge, its survivor.
    func resolve(_ id: Int) -> HubSpotRecord? {
        var id = id
        while let survivor = aliases[id] { id = survivor }
        return records[id]
    }

    /// The live record of that id or its survivor.
    func live(_ id: Int) -> HubSpotRecord? {
        resolve(id).flatMap { $0.isArchived ? nil : $0 }
    }

    /// The live record with that unique value.
    func holder(of property: String, _ value: String) -> Int? {
        unique[property]?[Self.folded(value)]
    }

    mutating func put(_ record: HubSpotRecord) {
        let old = records[record.id]
        if old == nil {
            if let last = order.last, last > record.id {
                order.insert(record.id, at: order.firstIndex { $0 > record.id } ?? order.count)
            } else {
                order.append(record.id)
            }
        }
        if let old, !old.isArchived {
            liveCount -= 1
            release(old)
        }
        if !record.isArchived {
            liveCount += 1
            // A copy of the names: a loop over the dictionary itself would make each write copy all values.
            for property in Array(unique.keys) {
                guard let value = record.properties[property] else { continue }
                unique[property]?[Self.folded(value)] = record.id
            }
        }
        records[record.id] = record
        let shown = record.properties[schema.kind.modifiedProperty].flatMap(PropertyValidation.instant)
        changes.note(record.id, at: max(record.updatedAt, shown ?? record.updatedAt))
    }

    /// The records whose last change a property can show to be at the moment or after it; maybe some more.
    func changed(since moment: SandboxInstant) -> [Int] { changes.since(moment) }

    private mutating func release(_ record: HubSpotRecord) {
        for property in Array(unique.keys) {
            guard let value = record.properties[property].map(Self.folded), unique[property]?[value] == record.id else {
                continue
            }
            unique[property]?[value] = nil
        }
    }

    /// Forgets a record for good.
    mutating func purge(_ id: Int) {
        guard let record = records.removeValue(forKey: id) else { return }
        if !record.isArchived { liveCount -= 1 }
        release(record)
        changes.remove(id)
        order.removeAll { $0 == id }
    }

    /// Up to `limit` records whose id is at least `first`, by id.
    func page(from first: Int, limit: Int, isArchived: Bool) -> [HubSpotRecord] {
        var low = 0
        var high = order.count
        while low < high {
            let middle = (low + high) / 2
            if order[middle] < first { low = middle + 1 } else { high = middle }
        }
        var found: [HubSpotRecord] = []
        while low < order.count, found.count < limit {
            if let record = records[order[low]], record.isArchived == isArchived, aliases[record.id] == nil {
                found.append(record)
            }
            low += 1
        }
        return found
    }

    private static func folded(_ value: String) -> String { value.lowercased() }
}
