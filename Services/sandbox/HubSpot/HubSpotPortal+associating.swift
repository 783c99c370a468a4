import SandboxKit

extension HubSpotPortal {
    /// Adds a link in both directions; a primary link replaces another primary one and brings the plain link with it.
    @discardableResult
    mutating func link(_ typeID: Int, from: ObjectReference, to: ObjectReference) -> Bool {
        guard let kind = associationKinds[typeID] else { return false }
        if kind.isPrimary {
            for (other, types) in associations.linked(from: from, to: to.type)
            where types.contains(typeID) && other != to.id {
                unlink(typeID, from: from, to: ObjectReference(type: to.type, id: other))
            }
            if let plain = plainKind(kind.from, kind.to) { link(plain.typeID, from: from, to: to) }
        }
        _ = associations.insert(kind.inverse, from: to, to: from)
        return associations.insert(typeID, from: from, to: to)
    }

    /// Removes a link in both directions.
    @discardableResult
    mutating func unlink(_ typeID: Int, from: ObjectReference, to: ObjectReference) -> Bool {
        guard let kind = associationKinds[typeID] else { return false }
        _ = associations.remove(kind.inverse, from: to, to: from)
        return associations.remove(typeID, from: from, to: to)
    }

    /// The name of a kind of link in a read record, such as `deal_to_company`.
    func associationName(_ kind: AssociationKind) -> String {
        let pair = "\(self.kind(kind.from)?.singular ?? kind.from)_to_\(self.kind(kind.to)?.singular ?? kind.to)"
        let hasPrimaryTwin = AssociationKind.standard.contains {
            $0.from == kind.from && $0.to == kind.to && $0.isPrimary
        }
        return !kind.isPrimary && kind.label == nil && hasPrimaryTwin ? pair + "_unlabeled" : pair
    }

    /// The unlabelled kind of link between two kinds of objects.
    func plainKind(_ from: String, _ to: String) -> AssociationKind? {
        associationKinds.values.filter { $0.from == from && $0.to == to && $0.label == nil }.min {
            $0.typeID < $1.typeID
        }
    }

    /// The kinds that a body names, which must lead from one type to the other in that direction.
    func associationTypes(_ body: JSON, from: String, to: String) throws(HubSpotProblem) -> [Int] {
        guard let specifications = body.arrayValue, !specifications.isEmpty else {
            throw .invalid("At least one association type is required")
        }
        var types: [Int] = []
        for specification in specifications {
            guard let typeID = specification["associationTypeId"]?.intValue,
                let category = specification["associationCategory"]?.stringValue
            else { throw .invalid("associationCategory and associationTypeId are required") }
            guard let kind = associationKinds[typeID], kind.category == category, kind.from == from, kind.to == to
            else {
                throw .invalid(
                    "No association type \(category) \(typeID) exists from \(from) to \(to)",
                    code: "INVALID_ASSOCIATION_TYPE")
            }
            types.append(typeID)
        }
        return types
    }

    /// Links two live records and tells subscribers.
    mutating func associate(
        _ types: [Int], from: ObjectReference, to: ObjectReference, context: WriteContext, stage: SandboxStage
    ) throws(HubSpotProblem) {
        for end in [from, to] where tables[end.type]?.live(end.id) == nil {
            throw .notFound("No \(kind(end.type)?.singular ?? end.type) with id \(end.id) exists")
        }
        for type in types where link(type, from: from, to: to) {
            changed(type, from, to, isRemoved: false, context, stage)
        }
    }

    /// Removes all links between two records.
    mutating func dissociate(
        from: ObjectReference, to: ObjectReference, types: Set<Int>? = nil, context: WriteContext, stage: SandboxStage
    ) {
        for type in types ?? associations.types(from: from, to: to) where unlink(type, from: from, to: to) {
            changed(type, from, to, isRemoved: true, context, stage)
        }
    }

    private mutating func changed(
        _ type: Int, _ from: ObjectReference, _ to: ObjectReference, isRemoved: Bool, _ context: WriteContext,
        _ stage: SandboxStage
    ) {
        let value: JSON = .string("\(to.type)/\(to.id)#\(type)")
        let change =
            isRemoved
            ? FieldChange("association", old: value, new: nil) : FieldChange("association", old: nil, new: value)
        log(from.type, from.id, isRemoved ? "dissociate" : "associate", [change], context, stage)
        notify(
            from.type, from.id, .associationChange(type: type, from: from, to: to, isRemoved: isRemoved), context, stage
        )
        if let inverse = associationKinds[type]?.inverse, from.type != to.type {
            notify(
                to.type, to.id, .associationChange(type: inverse, from: to, to: from, isRemoved: isRemoved), context,
                stage)
        }
        for end in [from, to] where end.type == "quotes" { recompute(quote: end.id, context, stage) }
    }
}
