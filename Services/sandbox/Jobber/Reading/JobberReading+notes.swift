import SandboxGraphQL

extension JobberReading {
    static let noteGetters: [String: Getter] = [
        "lastEditedBy": { reading, note, _ in reading.one("lastEditedById", of: note) },
        "linkedTo": { _, note, _ in
            let linked = note["linkedTo"]?.object ?? [:]
            var fields = GraphQLObject()
            for name in ["invoices", "jobs", "quotes", "requests"] { fields[name] = .bool(linked.flag(name) ?? false) }
            return .part(fields)
        },
        "fileAttachments": { reading, note, call in reading.page(note.objects("files"), of: note, call) },
    ]

    /// The notes that stand at the record itself, and those of its relatives that are linked to its kind.
    func notes(of record: JobberRecord, _ kinds: [String]) -> [JobberRecord] {
        let own = kinds.first.map { store.referring($0, by: "parentId", to: record.id) } ?? []
        let relatives = ["clientId", "quoteId", "requestId"].compactMap { record.text($0) } + record.texts("jobIds")
        let link = "\(record.collection.lowercased())s"
        let linked = kinds.dropFirst().flatMap { kind in
            relatives.flatMap { store.referring(kind, by: "parentId", to: $0) }
        }
        return own + linked.filter { $0["linkedTo"]?[link]?.bool == true }
    }

    func noteFiles(of record: JobberRecord, _ kinds: [String], _ call: FieldCall) -> JobberValue {
        page(notes(of: record, kinds).flatMap { $0.objects("files") }, of: record, call)
    }
}
