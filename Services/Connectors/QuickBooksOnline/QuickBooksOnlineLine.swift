import CanonicalModel
import ConnectorKit
import Foundation
import SyncCore
import VendorHTTP

/// The lines of a sales form, between QuickBooks Online's form and ours.
///
/// A line has no place for a foreign key, and ids of lines change when the lines are written again. So the private note
/// keeps a mark for each of our lines: a check of what the line says, its kind, its key, and what else a line cannot say.
/// A line is known again by its check; what was edited is taken for the mark that is left over at its place. A line
/// without a mark was made in QuickBooks Online: its key is its id there, its kind that of its item.
enum QuickBooksOnlineLine {
    /// What the private note keeps of a line.
    struct Mark: Equatable, CustomStringConvertible {
        /// Four digits that change with description and amount.
        let check: String
        let kind: LineItem.Kind
        let key: String
        /// `tax` (the code that the line brought along), `qty` and `price` (of a line whose amount is not their product),
        /// `item` (the line names its item itself).
        let values: [String: String]

        init(_ line: LineItem) {
            check = QuickBooksOnlineLine.check(line.description, line.amount)
            kind = line.kind
            key = line.key
            var values: [String: String] = [:]
            if !line.taxCode.isEmpty { values["tax"] = line.taxCode }
            if line.kind != .text, !QuickBooksOnlineLine.isProduct(line) {
                values["qty"] = line.quantity.description
                values["price"] = line.unitPrice.decimal
            } else if line.kind == .text, line.quantity != Quantity(0) {
                values["qty"] = line.quantity.description
            }
            if line.item != nil { values["item"] = "1" }
            self.values = values
        }

        init?(_ text: Substring) {
            let parts = text.split(separator: "/", omittingEmptySubsequences: false)
            guard parts.count >= 3, let kind = LineItem.Kind(rawValue: String(parts[1])),
                let key = String(parts[2]).removingPercentEncoding
            else { return nil }
            check = String(parts[0])
            self.kind = kind
            self.key = key
            var values: [String: String] = [:]
            for part in parts.dropFirst(3) {
                let sides = part.split(separator: "=", maxSplits: 1)
                guard sides.count == 2 else { return nil }
                values[String(sides[0])] = String(sides[1]).removingPercentEncoding
            }
            self.values = values
        }

        var description: String {
            let more = values.sorted { $0.key < $1.key }.map { "/\($0.key)=\(PercentEncoding.component($0.value))" }
            return "\(check)/\(kind.rawValue)/\(PercentEncoding.component(key))" + more.joined()
        }
    }

    static func isProduct(_ line: LineItem) -> Bool { line.unitPrice.multiplied(by: line.quantity) == line.amount }

    private static func check(_ description: String, _ amount: Money) -> String {
        // FNV-1a, folded to 16 bits: it tells lines of one invoice apart, nothing more.
        var hash: UInt32 = 0x811c_9dc5
        for byte in "\(description)|\(amount.decimal)".utf8 { hash = (hash ^ UInt32(byte)) &* 0x0100_0193 }
        let text = String((hash >> 16) ^ (hash & 0xffff), radix: 16)
        return String(repeating: "0", count: 4 - text.count) + text
    }

    // MARK: Writing

    /// Our lines as QuickBooks Online takes them.
    ///
    /// An item that is known by its name only stands there as `{"name"}`; its id is looked up when the invoice is sent.
    static func written(
        _ lines: [LineItem], overlay: QuickBooksOnlineOverlay, currency: CurrencyCode
    ) throws(ConnectorFault) -> [JSONValue] {
        var written: [JSONValue] = []
        for line in lines {
            guard line.amount.currency == currency, line.unitPrice.currency == currency else {
                throw fault(
                    "currency", "line \(line.key) is in \(line.amount.currency), but invoices are made in \(currency)",
                    fix: "offer the work in \(currency), or set the connection's currency to the company's")
            }
            guard line.kind != .text else {
                written.append([
                    "DetailType": "DescriptionOnly", "Description": .string(line.description),
                    "DescriptionLineDetail": [:],
                ])
                continue
            }
            var detail = JSONObject()
            detail["ItemRef"] = try item(of: line, overlay: overlay)
            if isProduct(line) {
                detail["Qty"] = number(line.quantity.description)
                detail["UnitPrice"] = number(line.unitPrice.decimal)
            }
            guard let tax = overlay.taxCode(line.taxCode, of: line.kind) else {
                throw fault(
                    "unmapped_tax", "the tax code '\(line.taxCode)' of line \(line.key) stands for none of the ledger",
                    fix: "add it to overlay.tax_codes of the connection")
            }
            if !tax.isEmpty { detail["TaxCodeRef"] = ["value": .string(tax)] }
            var object: JSONObject = [
                "DetailType": "SalesItemLineDetail", "Amount": number(line.amount.decimal),
                "SalesItemLineDetail": .object(detail),
            ]
            if !line.description.isEmpty { object["Description"] = .string(line.description) }
            written.append(.object(object))
        }
        return written
    }

    private static func item(
        of line: LineItem, overlay: QuickBooksOnlineOverlay
    ) throws(ConnectorFault) -> JSONValue {
        if case .native(let native, .item)? = line.item { return ["value": .string(native.id)] }
        switch overlay.item(for: line.kind) {
        case .id(let id): return ["value": .string(id)]
        case .name(let name): return ["name": .string(name)]
        case nil:
            throw fault(
                "unmapped_line", "no item stands for lines of the kind '\(line.kind.rawValue)'",
                fix: "add the kind to overlay.items of the connection, or set overlay.default_item")
        }
    }

    private static func number(_ text: String) -> JSONValue { JSONNumber(text).map(JSONValue.number) ?? .null }

    private static func fault(_ code: String, _ message: String, fix: String) -> ConnectorFault {
        ConnectorFault(.validation, code: code, message: message, fix: fix, fields: ["lines"])
    }

    // MARK: Reading

    /// The lines of a form in our terms; sums are left out, groups are opened.
    static func read(
        _ form: QuickBooksOnlineObject, marks: [Mark], overlay: QuickBooksOnlineOverlay
    ) throws(ConnectorFault) -> [LineItem] {
        var raw: [LineItem] = []
        var details: [JSONValue] = []
        for node in flat(form.body["Line"].array ?? [], prefix: "") {
            guard let line = try read(node.line, key: node.key, form: form, overlay: overlay) else { continue }
            raw.append(line)
            details.append(node.line["SalesItemLineDetail"])
        }
        let found = match(raw, marks)
        return raw.indices.map { place in
            found[place].map { restored(raw[place], $0, details[place], overlay: overlay) } ?? raw[place]
        }
    }

    private static func flat(_ lines: [JSONValue], prefix: String) -> [(key: String, line: JSONValue)] {
        lines.enumerated().flatMap { place, line -> [(key: String, line: JSONValue)] in
            let key = prefix + (line["Id"].string ?? "line-\(place + 1)")
            guard line["DetailType"].string == "GroupLineDetail" else { return [(key, line)] }
            return flat(line["GroupLineDetail"]["Line"].array ?? [], prefix: key + ".")
        }
    }

    /// A line as it would be without a mark.
    private static func read(
        _ line: JSONValue, key: String, form: QuickBooksOnlineObject, overlay: QuickBooksOnlineOverlay
    ) throws(ConnectorFault) -> LineItem? {
        let currency = form.currency
        let description = line["Description"].string ?? ""
        let amount = QuickBooksOnlineObject.money(line["Amount"], currency) ?? .zero(currency)
        switch line["DetailType"].string {
        case "SubTotalLineDetail": return nil
        case "DescriptionOnly":
            return LineItem(
                key: key, kind: .text, description: description, quantity: Quantity(0), unitPrice: .zero(currency))
        case "DiscountLineDetail":
            let reduction = Money(minorUnits: -amount.minorUnits, currency: currency)
            return LineItem(
                key: key, kind: .discount, description: description, quantity: Quantity(1), unitPrice: reduction)
        case "SalesItemLineDetail":
            let detail = line["SalesItemLineDetail"]
            let kind = overlay.kind(of: detail["ItemRef"])
            let quantity = QuickBooksOnlineObject.quantity(detail["Qty"])
            let price = QuickBooksOnlineObject.money(detail["UnitPrice"], currency)
            return LineItem(
                key: key, kind: kind, item: item(detail["ItemRef"], kind: kind, overlay: overlay),
                description: description, quantity: price == nil ? Quantity(1) : quantity ?? Quantity(1),
                unitPrice: price ?? amount, amount: amount,
                taxCode: tax(detail["TaxCodeRef"]["value"].string ?? "", kind: kind, overlay: overlay))
        case let other:
            throw ConnectorFault(
                .validation, code: "unmapped_line",
                message: "\(form.native) has a line of the type '\(other ?? "none")', which stands for nothing we know",
                fix: "replace the line in QuickBooks Online by an item, a text or a discount", fields: ["lines"])
        }
    }

    /// The item of a line, where it is not the one that lines of its kind have anyhow.
    private static func item(
        _ reference: JSONValue, kind: LineItem.Kind, overlay: QuickBooksOnlineOverlay
    ) -> RecordReference? {
        guard let id = reference["value"].string, overlay.item(for: kind)?.matches(reference) != true else {
            return nil
        }
        return .native(NativeReference(type: QuickBooksOnlineType.item.rawValue, id: id), .item)
    }

    /// The tax code that a line would have brought along: none for what is the default of its kind.
    private static func tax(_ code: String, kind: LineItem.Kind, overlay: QuickBooksOnlineOverlay) -> String {
        let standard = overlay.taxCode("", of: kind) ?? ""
        if code == (standard.isEmpty ? "NON" : standard) { return "" }
        return overlay.taxCodes.filter { $0.value == code }.keys.min() ?? code
    }

    /// Which mark belongs to which line: by the check, then what is left over in order, if as many are.
    private static func match(_ lines: [LineItem], _ marks: [Mark]) -> [Mark?] {
        var found = [Mark?](repeating: nil, count: lines.count)
        var rest = marks
        for (place, line) in lines.enumerated() {
            let check = check(line.description, line.amount)
            guard
                let index = rest.firstIndex(where: { $0.check == check && ($0.kind == .text) == (line.kind == .text) })
            else { continue }
            found[place] = rest.remove(at: index)
        }
        let open = found.indices.filter { found[$0] == nil }
        if open.count == rest.count {
            for (place, mark) in zip(open, rest) where (mark.kind == .text) == (lines[place].kind == .text) {
                found[place] = mark
            }
        }
        return found
    }

    /// A line of ours as it was written, with what was edited since.
    private static func restored(
        _ line: LineItem, _ mark: Mark, _ detail: JSONValue, overlay: QuickBooksOnlineOverlay
    ) -> LineItem {
        var line = line
        line.key = mark.key
        let isSame = mark.check == check(line.description, line.amount)
        if isSame, let quantity = mark.values["qty"].flatMap({ Quantity($0) }) { line.quantity = quantity }
        if isSame, let price = mark.values["price"].flatMap({ Money(decimal: $0, currency: line.amount.currency) }) {
            line.unitPrice = price
        }
        guard mark.kind != .text, detail.object != nil else { return line }
        line.kind = mark.kind
        let reference = detail["ItemRef"]
        if mark.values["item"] != nil, let id = reference["value"].string {
            line.item = .native(NativeReference(type: QuickBooksOnlineType.item.rawValue, id: id), .item)
        } else {
            line.item = item(reference, kind: mark.kind, overlay: overlay)
        }
        let code = detail["TaxCodeRef"]["value"].string ?? ""
        let own = mark.values["tax"] ?? ""
        let sent = overlay.taxCode(own, of: mark.kind) ?? ""
        line.taxCode =
            code == sent || (sent.isEmpty && code == "NON") ? own : tax(code, kind: mark.kind, overlay: overlay)
        return line
    }
}
