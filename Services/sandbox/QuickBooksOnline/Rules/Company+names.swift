import SandboxKit

extension Company {
    /// Customers, vendors and employees share one space of names.
    private static let peopleSpace = "people"

    mutating func preparePerson(_ kind: EntityKind, _ fields: inout JSONObject, id: Int) throws(QuickBooksFault) {
        let parts = ["Title", "GivenName", "MiddleName", "FamilyName", "Suffix"].compactMap { fields[$0]?.stringValue }
        let composed = parts.joined(separator: " ")
        var name = fields["DisplayName"]?.stringValue ?? composed
        if name.isEmpty { name = fields["CompanyName"]?.stringValue ?? "" }
        guard !name.isEmpty else {
            throw QuickBooksFault(
                "2020", "Required param missing, need to supply the required value for the API",
                "At least one of DisplayName, Title, GivenName, MiddleName, FamilyName or Suffix is required",
                element: "DisplayName")
        }
        guard !name.contains(where: { $0 == ":" || $0 == "\t" || $0.isNewline }) else {
            throw QuickBooksFault(
                "2040", "Invalid string", "DisplayName must not have a colon, tab or newline", element: "DisplayName")
        }
        for email in ["PrimaryEmailAddr"] {
            guard let address = fields[email]?["Address"]?.stringValue, !address.isEmpty else { continue }
            guard address.split(separator: "@", omittingEmptySubsequences: false).count == 2 else {
                throw QuickBooksFault(
                    "2210", "Invalid email address", "Invalid Email Address format : \(address)", element: email)
            }
        }
        let isActive = fields["Active"]?.boolValue ?? true
        fields["Active"] = .bool(isActive)
        if kind.name == "Customer" { try prepareParent(&fields, id: id) }
        name = try claim(name, space: Self.peopleSpace, id: id, isActive: isActive)
        fields["DisplayName"] = .string(name)
        fields["FullyQualifiedName"] = .string(qualified(name, parent: fields["ParentRef"]?["value"]?.stringValue))
        if fields["PrintOnCheckName"] == nil { fields["PrintOnCheckName"] = fields["CompanyName"] ?? .string(name) }
        if kind.name == "Customer" {
            if fields["Taxable"] == nil { fields["Taxable"] = true }
            if fields["PreferredDeliveryMethod"] == nil { fields["PreferredDeliveryMethod"] = "None" }
            if fields["IsProject"] == nil { fields["IsProject"] = false }
            if fields["BillWithParent"] == nil { fields["BillWithParent"] = false }
        }
        try checkCurrency(&fields)
        try check("SalesTermRef", of: "Term", in: &fields)
        try check("PaymentMethodRef", of: "PaymentMethod", in: &fields)
    }

    /// Takes a name in its space: an inactive one is shown as "(deleted)" but still takes its name.
    private mutating func claim(_ name: String, space: String, id: Int, isActive: Bool) throws(QuickBooksFault)
        -> String
    {
        let suffix = " (deleted)"
        let plain = name.hasSuffix(suffix) ? String(name.dropLast(suffix.count)) : name
        let key = plain.lowercased()
        if let holder = names[space]?[key], holder != id { throw .duplicateName(id: holder) }
        if let before = heldNames[space]?[id], before != key { names[space]?[before] = nil }
        names[space, default: [:]][key] = id
        heldNames[space, default: [:]][id] = key
        return isActive ? plain : plain + suffix
    }

    private func prepareParent(_ fields: inout JSONObject, id: Int) throws(QuickBooksFault) {
        guard let parentID = fields["ParentRef"]?["value"]?.stringValue else {
            fields["Job"] = false
            fields["Level"] = nil
            return
        }
        guard let parent = live("Customer", parentID), parent.id != id else {
            throw .invalidReference("ParentRef", parentID)
        }
        guard parent.isActive else { throw .inactive("ParentRef \(parentID)") }
        let level = (parent.fields["Level"]?.intValue ?? 0) + 1
        guard level <= 4 else { throw .business("A sub-customer can be at most 4 levels below its customer") }
        fields["Job"] = true
        fields["Level"] = .int(level)
        fields["ParentRef"] = ["value": .string(parentID), "name": .string(parent.string("DisplayName") ?? "")]
    }

    private func qualified(_ name: String, parent: String?) -> String {
        guard let parent, let record = live("Customer", parent) else { return name }
        return "\(record.string("FullyQualifiedName") ?? ""):\(name)"
    }

    /// Notes a sub-customer with all customers above it, for their balance with jobs.
    mutating func adopt(_ child: EntityRecord, over old: EntityRecord?) {
        let parent = child.reference("ParentRef")
        guard parent != old?.reference("ParentRef") else { return }
        // A customer that moves takes those below it along.
        let moved = [child.id] + (children[child.id] ?? [])
        for above in ancestors(of: old?.reference("ParentRef")) { children[above]?.removeAll { moved.contains($0) } }
        for above in ancestors(of: parent) { children[above, default: []] += moved }
    }

    /// The customers above one, the nearest first.
    func ancestors(of parent: String?) -> [Int] {
        var found: [Int] = []
        var next = parent.flatMap { live("Customer", $0) }
        while let above = next {
            found.append(above.id)
            next = above.reference("ParentRef").flatMap { live("Customer", $0) }
        }
        return found
    }

    // MARK: Lists

    mutating func prepareNamed(_ kind: EntityKind, _ fields: inout JSONObject, id: Int) throws(QuickBooksFault) {
        guard let name = fields["Name"]?.stringValue, !name.isEmpty else { throw .missing("Name") }
        let isActive = fields["Active"]?.boolValue ?? true
        fields["Active"] = .bool(isActive)
        if kind.name == "Account" {
            guard fields["AccountType"] != nil || fields["AccountSubType"] != nil else { throw .missing("AccountType") }
            try checkCurrency(&fields)
        }
        let claimed = try claim(name, space: kind.name, id: id, isActive: isActive)
        fields["Name"] = .string(claimed)
        if kind.fields["FullyQualifiedName"] != nil { fields["FullyQualifiedName"] = .string(claimed) }
    }

    mutating func prepareItem(_ fields: inout JSONObject, id: Int, old: EntityRecord?) throws(QuickBooksFault) {
        guard let name = fields["Name"]?.stringValue, !name.isEmpty else { throw .missing("Name") }
        guard !name.contains(where: { $0 == ":" || $0 == "\t" || $0.isNewline }) else {
            throw QuickBooksFault(
                "2040", "Invalid string", "Name must not have a colon, tab or newline", element: "Name")
        }
        let type = fields["Type"]?.stringValue ?? "Service"
        guard ["Service", "Inventory", "NonInventory", "Group", "Category"].contains(type) else {
            throw QuickBooksFault("2170", "Invalid Enumeration", "Invalid Enumeration : Type \(type)", element: "Type")
        }
        if let old, let before = old.string("Type"), before != type, before == "Inventory" || type == "Category" {
            throw .business("An item cannot be changed from \(before) to \(type)")
        }
        fields["Type"] = .string(type)
        try check("IncomeAccountRef", of: "Account", in: &fields)
        try check("ExpenseAccountRef", of: "Account", in: &fields)
        try check("AssetAccountRef", of: "Account", in: &fields)
        if !["Group", "Category"].contains(type), fields["IncomeAccountRef"] == nil {
            throw .missing("IncomeAccountRef")
        }
        if type == "Inventory" {
            for required in ["AssetAccountRef", "ExpenseAccountRef", "QtyOnHand", "InvStartDate"]
            where fields[required] == nil {
                throw .missing(required)
            }
            fields["TrackQtyOnHand"] = true
        } else {
            fields["TrackQtyOnHand"] = false
        }
        let isActive = fields["Active"]?.boolValue ?? true
        fields["Active"] = .bool(isActive)
        let claimed = try claim(name, space: "Item", id: id, isActive: isActive)
        fields["Name"] = .string(claimed)
        var qualifiedName = claimed
        if let parent = fields["ParentRef"]?["value"]?.stringValue {
            guard let category = live("Item", parent) else { throw .invalidReference("ParentRef", parent) }
            qualifiedName = "\(category.string("FullyQualifiedName") ?? ""):\(claimed)"
            fields["SubItem"] = true
        }
        fields["FullyQualifiedName"] = .string(qualifiedName)
        if fields["UnitPrice"] == nil { fields["UnitPrice"] = 0 }
        if fields["PurchaseCost"] == nil { fields["PurchaseCost"] = 0 }
        if fields["Taxable"] == nil { fields["Taxable"] = false }
    }

    // MARK: References

    /// Checks that a reference field names a live, active entity, and fills in its name.
    func check(_ field: String, of kind: String, in fields: inout JSONObject) throws(QuickBooksFault) {
        guard let id = fields[field]?["value"]?.stringValue else { return }
        guard let record = live(kind, id) else { throw .invalidReference(field, id) }
        guard record.isActive else { throw .inactive("\(field) \(id)") }
        let name = record.string("FullyQualifiedName") ?? record.string("DisplayName") ?? record.string("Name")
        fields[field] = ["value": .string(id), "name": .optional(name)]
    }

    func checkCurrency(_ fields: inout JSONObject) throws(QuickBooksFault) {
        guard let code = fields["CurrencyRef"]?["value"]?.stringValue else {
            fields["CurrencyRef"] = currency
            return
        }
        guard code == settings.homeCurrency else {
            throw .business("Multi-currency is off; the company's currency is \(settings.homeCurrency), not \(code)")
        }
        fields["CurrencyRef"] = currency
    }
}
