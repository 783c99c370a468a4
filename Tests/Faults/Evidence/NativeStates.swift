import SandboxKit

/// All records of all systems, made from their histories alone.
struct NativeStates: Sendable {
    private var records: [NativeAddress: NativeRecord] = [:]
    private var order: [String: [NativeAddress]] = [:]
    /// Of the field service's custom fields: what each is called on which kind of record.
    private var customFields: [String: String] = [:]

    init(_ changes: [NativeChange] = []) {
        for change in changes { apply(change) }
    }

    mutating func apply(_ change: NativeChange) {
        let address = change.address
        switch change.operation {
        case "associate", "dissociate": return
        case "delete": records[address]?.isDeleted = true
        case "restore": records[address]?.isDeleted = false
        default:
            if records[address] == nil {
                records[address] = NativeRecord(
                    system: change.system, type: change.type, id: change.id, maker: change.actor)
                order[change.system.rawValue + change.type, default: []].append(address)
            }
            records[address]?.fields.merge(change.fields) { $1 }
        }
        if change.type == "CustomFieldConfiguration", let name = change.fields["name"]?.stringValue,
            let place = change.fields["appliesTo"]?.stringValue
        {
            customFields["\(place)/\(name)"] = change.id
        }
    }

    /// A record, deleted or not.
    func record(_ system: NativeSystem, _ type: String, _ id: String) -> NativeRecord? {
        records[NativeAddress(system, type, id)]
    }

    /// The records of a type that are not deleted, in the order of their making.
    func all(_ system: NativeSystem, _ type: String) -> [NativeRecord] {
        (order[system.rawValue + type] ?? []).compactMap { records[$0] }.filter { !$0.isDeleted }
    }

    /// How many records that people work with there are in all systems.
    var recordCount: Int {
        NativeSystem.allCases.reduce(0) { sum, system in
            sum + Inspection.recordTypes.reduce(0) { $0 + all(system, $1).count }
        }
    }

    /// The id of a custom field's configuration, such as `Delivery notes` on `ALL_CLIENTS`.
    func customField(_ name: String, on place: String) -> String? { customFields["\(place)/\(name)"] }
}
