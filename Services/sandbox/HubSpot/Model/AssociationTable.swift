/// One end of links: a record of a kind.
struct ObjectReference: Sendable, Hashable {
    let type: String
    let id: Int
}

/// All links between records, in both directions.
struct AssociationTable: Sendable {
    /// What one record is linked to: by kind, then by id, with the kinds of link.
    private var links: [ObjectReference: [String: [Int: Set<Int>]]] = [:]

    /// The linked records of a kind with their kinds of link, by id.
    func linked(from reference: ObjectReference, to type: String) -> [(id: Int, types: [Int])] {
        (links[reference]?[type] ?? [:]).sorted { $0.key < $1.key }.map { ($0.key, $0.value.sorted()) }
    }

    func types(from reference: ObjectReference, to other: ObjectReference) -> Set<Int> {
        links[reference]?[other.type]?[other.id] ?? []
    }

    /// Adds one direction; says whether it was new.
    mutating func insert(_ type: Int, from reference: ObjectReference, to other: ObjectReference) -> Bool {
        links[reference, default: [:]][other.type, default: [:]][other.id, default: []].insert(type).inserted
    }

    /// Removes one direction of one kind; says whether it was there.
    mutating func remove(_ type: Int, from reference: ObjectReference, to other: ObjectReference) -> Bool {
        guard links[reference]?[other.type]?[other.id]?.remove(type) != nil else { return false }
        if links[reference]?[other.type]?[other.id]?.isEmpty == true { links[reference]?[other.type]?[other.id] = nil }
        return true
    }

    /// Everything that a record is linked to.
    func all(from reference: ObjectReference) -> [(other: ObjectReference, types: Set<Int>)] {
        (links[reference] ?? [:]).flatMap { type, ids in ids.map { (ObjectReference(type: type, id: $0.key), $0.value) }
        }
    }

    /// Removes a record with all its links.
    mutating func removeAll(of reference: ObjectReference) {
        for (other, _) in all(from: reference) {
            links[other]?[reference.type]?[reference.id] = nil
        }
        links[reference] = nil
    }
}
