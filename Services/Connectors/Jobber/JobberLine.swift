import CanonicalModel
import Foundation
import VendorHTTP

/// A line item of a job, between Jobber's form and ours.
///
/// Jobber's lines have no place for a foreign id, so a line that we make says in the last line of its description
/// which of ours it is: `[Plumbline 1 service key=8123]`, its place, its kind, its key and what else Jobber has no
/// field for. A line without such an ending was made in Jobber; its key is Jobber's id.
struct JobberLine {
    /// Jobber's values of a line.
    struct Attributes: Equatable {
        var name: String
        var description: String
        var category: String
        var quantity: Quantity
        var unitPrice: Money

        var json: JSONObject {
            [
                "name": .string(name), "description": .string(description), "category": .string(category),
                "quantity": Self.number(quantity.description), "unitPrice": Self.number(unitPrice.decimal),
            ]
        }

        private static func number(_ text: String) -> JSONValue { JSONNumber(text).map(JSONValue.number) ?? .null }
    }

    /// What the name of a line without words is: Jobber takes no empty one.
    private static let noWords = "(no description)"

    /// Jobber's id.
    let id: String
    /// Jobber's values.
    let attributes: Attributes
    /// The line in our terms.
    let line: LineItem
    /// The line's place among ours; nil for one that was made in Jobber.
    let position: Int?

    var isOurs: Bool { position != nil }

    /// Reads a line as Jobber gave it; nil where quantity or price is no number.
    init?(_ node: JSONValue, currency: CurrencyCode) {
        guard let id = node["id"].string, let quantity = JobberObject.quantity(node["quantity"]),
            let price = JobberObject.money(node["unitPrice"], currency)
        else { return nil }
        self.id = id
        attributes = Attributes(
            name: node["name"].string ?? "", description: node["description"].string ?? "",
            category: node["category"].string ?? "SERVICE", quantity: quantity, unitPrice: price)
        let amount = JobberObject.money(node["totalPrice"], currency)
        let isPart = attributes.category == "PRODUCT"
        let (text, marker) = Self.split(attributes.description)
        let name = attributes.name == Self.noWords && marker != nil ? "" : attributes.name
        guard let marker else {
            position = nil
            line = LineItem(
                key: id, kind: isPart ? .part : .service, description: Self.joined(name, text), quantity: quantity,
                unitPrice: price, amount: amount)
            return
        }
        position = marker.position
        // A part that was made a service, or the other way round, is what it was made.
        let kind = isPart == (marker.kind == .part) ? marker.kind : isPart ? .part : .service
        var line = LineItem(
            key: marker["key"] ?? id, kind: kind,
            item: marker["item"].flatMap { CanonicalID($0) }.map(RecordReference.canonical),
            description: Self.joined(name, text), quantity: quantity, unitPrice: price, amount: amount,
            taxCode: marker["tax"] ?? "")
        if quantity == Quantity(1), let written = marker["qty"].flatMap({ Quantity($0) }),
            let single = marker["price"].flatMap({ Money(decimal: $0, currency: currency) })
        {
            line.quantity = written
            line.unitPrice = single
        }
        self.line = line
    }

    /// Our line in Jobber's values.
    static func attributes(of line: LineItem, position: Int) -> Attributes {
        var words = line.description.split(separator: "\n", maxSplits: 1, omittingEmptySubsequences: false)
        let name = words.isEmpty ? "" : String(words.removeFirst())
        var marker = "[Plumbline \(position) \(line.kind.rawValue) key=\(PercentEncoding.component(line.key))"
        if !line.taxCode.isEmpty { marker += " tax=\(PercentEncoding.component(line.taxCode))" }
        if let item = line.item?.canonicalID { marker += " item=\(item)" }
        var quantity = line.quantity
        var price = line.unitPrice
        if price.multiplied(by: quantity) != line.amount {
            // Jobber multiplies by itself: a reduced line is one of its amount, and its parts stand in the ending.
            marker += " qty=\(quantity) price=\(price.decimal)"
            quantity = Quantity(1)
            price = line.amount
        }
        return Attributes(
            name: name.isEmpty ? noWords : name,
            description: (words.first.map { $0 + "\n" } ?? "") + marker + "]",
            category: line.kind == .part ? "PRODUCT" : "SERVICE", quantity: quantity, unitPrice: price)
    }

    private struct Marker {
        let position: Int
        let kind: LineItem.Kind
        private let values: [String: String]

        init?(_ text: Substring) {
            guard text.hasPrefix("[Plumbline "), text.hasSuffix("]") else { return nil }
            let words = text.dropFirst().dropLast().split(separator: " ").dropFirst()
            guard words.count >= 3, let place = words.first.flatMap({ Int($0) }),
                let kind = LineItem.Kind(rawValue: String(words.dropFirst().first ?? ""))
            else { return nil }
            position = place
            self.kind = kind
            var values: [String: String] = [:]
            for word in words.dropFirst(2) {
                let sides = word.split(separator: "=", maxSplits: 1)
                guard sides.count == 2 else { return nil }
                values[String(sides[0])] = String(sides[1]).removingPercentEncoding
            }
            guard values["key"] != nil else { return nil }
            self.values = values
        }

        subscript(name: String) -> String? { values[name] }
    }

    /// The description without our ending, and the ending.
    private static func split(_ description: String) -> (text: String?, marker: Marker?) {
        var lines = description.split(separator: "\n", omittingEmptySubsequences: false)
        guard let last = lines.last, let marker = Marker(last.trimming) else {
            return (description.isEmpty ? nil : description, nil)
        }
        lines.removeLast()
        return (lines.isEmpty ? nil : lines.joined(separator: "\n"), marker)
    }

    private static func joined(_ name: String, _ text: String?) -> String {
        text.map { name + "\n" + $0 } ?? name
    }
}

extension Substring {
    fileprivate var trimming: Substring {
        var text = self
        while text.first?.isWhitespace == true { text.removeFirst() }
        while text.last?.isWhitespace == true { text.removeLast() }
        return text
    }
}
