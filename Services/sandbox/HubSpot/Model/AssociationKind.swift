/// One direction of a kind of link between two kinds of objects.
struct AssociationKind: Sendable, Hashable {
    /// The number on the wire.
    let typeID: Int
    let from: String
    let to: String
    /// What people see; nil for the plain link.
    let label: String?
    /// Whether a record has at most one of these.
    let isPrimary: Bool
    /// The number of the other direction.
    let inverse: Int
    var category = "HUBSPOT_DEFINED"

    /// The links that every portal has; the numbers are HubSpot's.
    static let standard: [AssociationKind] = {
        let pairs: [(Int, Int, String, String, Bool)] = [
            (1, 2, "contacts", "companies", true), (279, 280, "contacts", "companies", false),
            (3, 4, "deals", "contacts", false), (5, 6, "deals", "companies", true),
            (341, 342, "deals", "companies", false), (15, 16, "contacts", "tickets", false),
            (26, 25, "tickets", "companies", true), (339, 340, "tickets", "companies", false),
            (28, 27, "tickets", "deals", false), (19, 20, "deals", "line_items", false),
            (64, 63, "quotes", "deals", false), (67, 68, "quotes", "line_items", false),
            (69, 70, "quotes", "contacts", false), (71, 72, "quotes", "companies", false),
            (286, 285, "quotes", "quote_template", false), (217, 218, "quotes", "tasks", false),
            (202, 201, "notes", "contacts", false), (190, 189, "notes", "companies", false),
            (214, 213, "notes", "deals", false), (228, 227, "notes", "tickets", false),
            (204, 203, "tasks", "contacts", false), (192, 191, "tasks", "companies", false),
            (216, 215, "tasks", "deals", false), (230, 229, "tasks", "tickets", false),
            (194, 193, "calls", "contacts", false), (182, 181, "calls", "companies", false),
            (206, 205, "calls", "deals", false), (220, 219, "calls", "tickets", false),
            (198, 197, "emails", "contacts", false), (186, 185, "emails", "companies", false),
            (210, 209, "emails", "deals", false), (224, 223, "emails", "tickets", false),
            (200, 199, "meetings", "contacts", false), (188, 187, "meetings", "companies", false),
            (212, 211, "meetings", "deals", false), (226, 225, "meetings", "tickets", false),
            (177, 178, "invoices", "contacts", false), (179, 180, "invoices", "companies", false),
            (175, 176, "invoices", "deals", false), (409, 410, "invoices", "line_items", false),
        ]
        return pairs.flatMap { forward, backward, from, to, isPrimary in
            let label = isPrimary ? "Primary" : nil
            return [
                AssociationKind(
                    typeID: forward, from: from, to: to, label: label, isPrimary: isPrimary, inverse: backward),
                AssociationKind(
                    typeID: backward, from: to, to: from, label: label, isPrimary: isPrimary, inverse: forward),
            ]
        } + [
            AssociationKind(
                typeID: 14, from: "companies", to: "companies", label: "Parent Company", isPrimary: false, inverse: 13),
            AssociationKind(
                typeID: 13, from: "companies", to: "companies", label: "Child Company", isPrimary: false, inverse: 14),
            AssociationKind(
                typeID: 449, from: "contacts", to: "contacts", label: nil, isPrimary: false, inverse: 449),
            AssociationKind(
                typeID: 450, from: "companies", to: "companies", label: nil, isPrimary: false, inverse: 450),
            AssociationKind(typeID: 451, from: "deals", to: "deals", label: nil, isPrimary: false, inverse: 451),
        ]
    }()
}
