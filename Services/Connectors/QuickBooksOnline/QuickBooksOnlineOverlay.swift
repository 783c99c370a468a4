import CanonicalModel
import ConnectorKit

/// What a company's QuickBooks Online has other than a new one: its items, its tax codes, its custom field.
///
/// ```yaml
/// overlay:
///   items: { labor: Hours, part: { id: "12" } }   # the item that a kind of line is sold as, by name or id
///   default_item: Services                        # for all other kinds; null refuses them by name
///   line_tax: { part: TAX, labor: NON }           # for lines that bring no tax code along
///   tax_codes: { "Sales tax": TAX }               # for those that do
///   job_field: "1"                                # the custom field of the sales form for the job's number; null for none
/// ```
struct QuickBooksOnlineOverlay: Sendable {
    /// How an item is named.
    enum Item: Sendable, Hashable {
        case id(String)
        case name(String)

        init?(_ value: JSONValue) {
            if let name = value.string, !name.isEmpty {
                self = .name(name)
            } else if let id = value["id"].string ?? value["id"].int.map(String.init), !id.isEmpty {
                self = .id(id)
            } else {
                return nil
            }
        }

        /// Whether a reference to an item means this one.
        func matches(_ reference: JSONValue) -> Bool {
            switch self {
            case .id(let id): reference["value"].string == id
            case .name(let name): reference["name"].string?.lowercased() == name.lowercased()
            }
        }
    }

    /// The item that a kind of line is sold as.
    private(set) var items: [LineItem.Kind: Item] = [:]
    /// The item of kinds that `items` leaves out; a new company has this one.
    ///
    /// Nil refuses them.
    private(set) var defaultItem: Item? = .name("Services")
    /// The ledger's tax codes by those that lines bring along.
    private(set) var taxCodes: [String: String] = [:]
    /// The tax code of lines that bring none, by kind.
    private(set) var lineTax: [LineItem.Kind: String] = [:]
    /// The custom field of the sales form that shows the job's number; nil for none.
    private(set) var jobField: String? = "1"

    /// The shipped mapping.
    init() {}

    init(_ value: JSONValue, connection: ConnectionID) throws(DeclarationFaults) {
        var faults: [String] = []
        let kinds = LineItem.Kind.allCases.filter { $0 != .text }
        let words = kinds.map(\.rawValue).joined(separator: ", ")
        func kind(_ key: String, in place: String) -> LineItem.Kind? {
            let kind = LineItem.Kind(rawValue: key).flatMap { kinds.contains($0) ? $0 : nil }
            if kind == nil { faults.append("\(connection): overlay.\(place).\(key) is not known; one of \(words)") }
            return kind
        }
        for member in value["items"].object?.members ?? [] {
            guard let kind = kind(member.key, in: "items") else { continue }
            guard let item = Item(member.value) else {
                faults.append(
                    "\(connection): overlay.items.\(member.key) must be the name of an item or {id: its id}")
                continue
            }
            items[kind] = item
        }
        if let given = value.object?["default_item"] {
            defaultItem = Item(given)
            if defaultItem == nil, !given.isNull {
                faults.append(
                    "\(connection): overlay.default_item must be the name of an item, {id: its id}, or null for none")
            }
        }
        for member in value["tax_codes"].object?.members ?? [] {
            guard let code = member.value.string, !code.isEmpty else {
                faults.append("\(connection): overlay.tax_codes.\(member.key) must be a code such as TAX or NON")
                continue
            }
            taxCodes[member.key] = code
        }
        for member in value["line_tax"].object?.members ?? [] {
            guard let kind = kind(member.key, in: "line_tax") else { continue }
            guard let code = member.value.string, !code.isEmpty else {
                faults.append("\(connection): overlay.line_tax.\(member.key) must be a code such as TAX or NON")
                continue
            }
            lineTax[kind] = code
        }
        if let given = value.object?["job_field"] {
            jobField = given.string ?? given.int.map(String.init)
            if jobField.map({ !["1", "2", "3"].contains($0) }) ?? !given.isNull {
                faults.append("\(connection): overlay.job_field must be 1, 2, 3, or null for none")
            }
        }
        let known = ["items", "default_item", "tax_codes", "line_tax", "job_field"]
        for key in value.object?.keys ?? [] where !known.contains(key) {
            faults.append("\(connection): overlay.\(key) is not known; one of \(known.joined(separator: ", "))")
        }
        guard faults.isEmpty else { throw DeclarationFaults(faults) }
    }

    /// The item that lines of a kind are sold as.
    func item(for kind: LineItem.Kind) -> Item? { items[kind] ?? defaultItem }

    /// The kind that a line without a mark of ours is, by its item.
    func kind(of item: JSONValue) -> LineItem.Kind {
        LineItem.Kind.allCases.first { items[$0]?.matches(item) == true } ?? .service
    }

    /// The ledger's code of a line; empty where the ledger shall take its own default, nil where nothing maps.
    func taxCode(_ code: String, of kind: LineItem.Kind) -> String? {
        if code.isEmpty { return lineTax[kind] ?? "" }
        return taxCodes[code] ?? (["TAX", "NON"].contains(code) ? code : nil)
    }
}
