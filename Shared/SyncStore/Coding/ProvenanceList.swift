import CanonicalModel
import SyncCore

/// The provenances of a record, each written once: most fields came with a few events.
struct ProvenanceList {
    private(set) var entries: [Provenance] = []

    /// The place of a provenance in the list, which it is added to where it is new.
    mutating func place(of provenance: Provenance) -> Int {
        let known = entries.firstIndex { known in
            known.event == provenance.event && known.changedAt == provenance.changedAt
                && known.source == provenance.source
        }
        if let known { return known }
        entries.append(provenance)
        return entries.count - 1
    }

    func write(to writer: inout JSONWriter) {
        writer.beginArray()
        for entry in entries { Self.write(entry, to: &writer) }
        writer.endArray()
    }

    private static func write(_ provenance: Provenance, to writer: inout JSONWriter) {
        writer.beginObject()
        switch provenance.source {
        case .connection(let connection, let role):
            writer.key("connection")
            writer.string(connection.name)
            writer.key("role")
            writer.string(role.rawValue)
        case .effect: break
        case .person(let name):
            writer.key("person")
            writer.string(name)
        }
        writer.key("at")
        writer.int(provenance.changedAt.microseconds)
        writer.key("event")
        writer.stored(provenance.event)
        writer.endObject()
    }

    static func read(from reader: inout JSONReader) throws(JSONError) -> ProvenanceList {
        var list = ProvenanceList()
        try reader.forEachElement { reader throws(JSONError) in
            list.entries.append(try one(from: &reader))
        }
        return list
    }

    private static func one(from reader: inout JSONReader) throws(JSONError) -> Provenance {
        var connection: ConnectionID?
        var role: Role?
        var person: String?
        var at: Int64?
        var event: CanonicalID?
        try reader.forEachKey { reader, key throws(JSONError) in
            switch key {
            case "connection": connection = ConnectionID(try reader.string())
            case "role":
                let word = try reader.string()
                guard let known = Role(rawValue: word) else { throw reader.invalid("expected a role") }
                role = known
            case "person": person = try reader.string()
            case "at": at = try reader.int64()
            case "event": event = try reader.storedID()
            default: break
            }
        }
        guard let at, let event else { throw reader.invalid("expected a provenance with time and event") }
        let source: Provenance.Source =
            if let connection, let role {
                .connection(connection, role)
            } else if let person {
                .person(person)
            } else {
                .effect
            }
        return Provenance(source: source, changedAt: Instant(microseconds: at), event: event)
    }
}
