/// Where a record is: ids are unique for a type at most.
struct NativeAddress: Hashable, Sendable {
    let system: NativeSystem
    /// The type as the history calls it.
    let type: String
    let id: String

    init(_ system: NativeSystem, _ type: String, _ id: String) {
        self.system = system
        self.type = type
        self.id = id
    }

    /// The record that a link of ours names, whose types are those of the connector.
    init?(connection: String, type: String, id: String) {
        guard let system = NativeSystem(vendor: connection) else { return nil }
        self.init(system, Self.types[type] ?? type, id)
    }

    private static let types = [
        "company": "companies", "contact": "contacts", "deal": "deals", "quote": "quotes", "client": "Client",
        "property": "Property", "job": "Job", "visit": "Visit", "time_entry": "TimeSheetEntry",
    ]
}

extension NativeChange {
    var address: NativeAddress { NativeAddress(system, type, id) }
}

extension NativeRecord {
    var address: NativeAddress { NativeAddress(system, type, id) }
}
