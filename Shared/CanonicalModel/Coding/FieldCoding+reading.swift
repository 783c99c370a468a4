extension JSONReader {
    /// Reads a value of the type.
    mutating func field(_ type: FieldType, _ note: inout FaultNote?) throws(JSONError) -> FieldValue {
        let start = position
        let value = try unchecked(type, &note)
        if let fault = value.fault(for: type) {
            valueStart = start
            throw refuse(
                &note, type.allowedValues == nil ? .invalidValue : .unknownWord, expected: expectation(type),
                found: "a value that \(FaultNote.cut(fault, to: 300))")
        }
        return value
    }

    private func expectation(_ type: FieldType) -> String {
        guard let words = type.allowedValues else { return type.name }
        return "\(type.name): \(words.joined(separator: ", "))"
    }

    private mutating func unchecked(_ type: FieldType, _ note: inout FaultNote?) throws(JSONError) -> FieldValue {
        switch type {
        case .text: return .text(try text("a text", &note))
        case .integer: return .integer(try whole("a whole number", &note))
        case .quantity: return .quantity(try quantity(&note))
        case .money: return .money(try money(&note))
        case .flag: return .flag(try flag("true or false", &note))
        case .instant: return .instant(try instant("an instant", &note))
        case .date: return .date(try date(&note))
        case .appointment: return .appointment(try appointment(&note))
        case .choice: return .choice(try text("a word of a closed list", &note))
        case .address: return .address(try address(&note))
        case .reference(let kind): return .reference(try reference(kind, &note))
        case .references(let kind):
            var targets: [RecordReference] = []
            try elements("a list of references", &note) { reader, note throws(JSONError) in
                targets.append(try reader.reference(kind, &note))
            }
            return .references(targets)
        case .texts:
            var texts: [String] = []
            try elements("a list of texts", &note) { reader, note throws(JSONError) in
                texts.append(try reader.text("a text", &note))
            }
            return .texts(texts)
        case .lines:
            var lines: [LineItem] = []
            try elements("a list of lines", &note) { reader, note throws(JSONError) in
                lines.append(try reader.line(&note))
            }
            return .lines(lines)
        case .history:
            var steps: [StatusStep] = []
            try elements("a list of status steps", &note) { reader, note throws(JSONError) in
                steps.append(try reader.step(&note))
            }
            return .history(steps)
        }
    }

    private mutating func elements(
        _ what: StaticString, _ note: inout FaultNote?,
        _ body: (inout JSONReader, inout FaultNote?) throws(JSONError) -> Void
    ) throws(JSONError) {
        try expect(.array, what, &note)
        try forEachElement { reader throws(JSONError) in try body(&reader, &note) }
    }

    private mutating func quantity(_ note: inout FaultNote?) throws(JSONError) -> Quantity {
        let text = try text("a decimal number in a string", &note)
        guard let number = Quantity(text) else {
            throw refuse(
                &note, .invalidValue, expected: "a decimal number of at most 18 digits", found: "a text that is none")
        }
        return number
    }

    private mutating func date(_ note: inout FaultNote?) throws(JSONError) -> BusinessDate {
        try expect(.string, "a date (YYYY-MM-DD)", &note)
        let date = try withText { text throws(JSONError) in
            text.count == 10 ? BusinessDate(utf8Prefix: text) : nil
        }
        guard let date else {
            throw refuse(&note, .invalidValue, expected: "a date (YYYY-MM-DD)", found: "a text that is no date")
        }
        return date
    }

    private mutating func money(_ note: inout FaultNote?) throws(JSONError) -> Money {
        var minor: Int64?
        var currency: CurrencyCode?
        try members("money", &note) { reader, key, note throws(JSONError) in
            switch key {
            case "minor": minor = try reader.whole("minor units", &note)
            case "currency": currency = try reader.currency(&note)
            default: return false
            }
            return true
        }
        guard let minor else { throw missing(&note, "minor", expected: "minor units") }
        guard let currency else { throw missing(&note, "currency", expected: "three letters of ISO 4217") }
        return Money(minorUnits: minor, currency: currency)
    }

    private mutating func currency(_ note: inout FaultNote?) throws(JSONError) -> CurrencyCode {
        try expect(.string, "a currency", &note)
        let code = try withText { text throws(JSONError) -> CurrencyCode? in
            switch text {
            case "USD": .usd
            default: CurrencyCode(String(text))
            }
        }
        guard let code else {
            throw refuse(&note, .invalidValue, expected: "three letters of ISO 4217", found: "another text")
        }
        return code
    }

    private mutating func appointment(_ note: inout FaultNote?) throws(JSONError) -> LocalAppointment {
        let begin = position
        var start: Instant?
        var end: Instant?
        var zone: String?
        var isAllDay = false
        try members("an appointment", &note) { reader, key, note throws(JSONError) in
            switch key {
            case "start": start = try reader.instant("an instant", &note)
            case "end": end = try reader.instant("an instant", &note)
            case "zone": zone = try reader.filledText("an IANA zone name", &note)
            case "all_day": isAllDay = try reader.flag("true or false", &note)
            default: return false
            }
            return true
        }
        guard let start else { throw missing(&note, "start", expected: "an instant") }
        guard let end else { throw missing(&note, "end", expected: "an instant") }
        guard let zone else { throw missing(&note, "zone", expected: "an IANA zone name") }
        guard let window = LocalAppointment(start: start, end: end, zone: zone, isAllDay: isAllDay) else {
            valueStart = begin
            throw refuse(
                &note, .invalidValue, expected: "an end that is not before the start", found: "an earlier end")
        }
        return window
    }

    private mutating func address(_ note: inout FaultNote?) throws(JSONError) -> PostalAddress {
        var place = PostalAddress()
        try members("an address", &note) { reader, key, note throws(JSONError) in
            switch key {
            case "line1": place.line1 = try reader.text("a text", &note)
            case "line2": place.line2 = try reader.text("a text", &note)
            case "city": place.city = try reader.text("a text", &note)
            case "region": place.region = try reader.text("a text", &note)
            case "postal_code": place.postalCode = try reader.text("a text", &note)
            case "country": place.country = try reader.text("a text", &note)
            default: return false
            }
            return true
        }
        return place
    }

    private mutating func reference(
        _ kind: EntityKind, _ note: inout FaultNote?
    ) throws(JSONError) -> RecordReference {
        if try self.kind() == .string { return .canonical(try id("an id", &note)) }
        let start = position
        var type: String?
        var id: String?
        var entity: EntityKind?
        try members("a reference", &note) { reader, key, note throws(JSONError) in
            switch key {
            case "type": type = try reader.vendorText("the vendor's type", &note)
            case "id": id = try reader.vendorText("the vendor's id", &note)
            case "entity": entity = try reader.entity(&note)
            default: return false
            }
            return true
        }
        guard let type else { throw missing(&note, "type", expected: "the vendor's type") }
        guard let id else { throw missing(&note, "id", expected: "the vendor's id") }
        guard let entity else { throw missing(&note, "entity", expected: "an entity") }
        guard entity == kind else {
            valueStart = start
            throw refuse(
                &note, .invalidValue, expected: "a reference to \(kind.rawValue)", found: "one to \(entity.rawValue)")
        }
        return .native(NativeReference(type: type, id: id), entity)
    }

    private mutating func line(_ note: inout FaultNote?) throws(JSONError) -> LineItem {
        var name: String?
        var kind: LineItem.Kind?
        var item: RecordReference?
        var description: String?
        var quantity: Quantity?
        var unitPrice: Money?
        var amount: Money?
        var taxCode = ""
        try members("a line", &note) { reader, key, note throws(JSONError) in
            switch key {
            case "key": name = try reader.text("a text", &note)
            case "kind": kind = try reader.word("a kind of line", &note)
            case "item": item = try reader.reference(.item, &note)
            case "description": description = try reader.text("a text", &note)
            case "quantity": quantity = try reader.quantity(&note)
            case "unit_price": unitPrice = try reader.money(&note)
            case "amount": amount = try reader.money(&note)
            case "tax_code": taxCode = try reader.text("a text", &note)
            default: return false
            }
            return true
        }
        guard let name else { throw missing(&note, "key", expected: "a text") }
        guard let kind else { throw missing(&note, "kind", expected: "a kind of line") }
        guard let description else { throw missing(&note, "description", expected: "a text") }
        guard let quantity else { throw missing(&note, "quantity", expected: "a decimal number in a string") }
        guard let unitPrice else { throw missing(&note, "unit_price", expected: "money") }
        guard let amount else { throw missing(&note, "amount", expected: "money") }
        return LineItem(
            key: name, kind: kind, item: item, description: description, quantity: quantity, unitPrice: unitPrice,
            amount: amount, taxCode: taxCode)
    }

    private mutating func step(_ note: inout FaultNote?) throws(JSONError) -> StatusStep {
        var status: String?
        var at: Instant?
        try members("a status step", &note) { reader, key, note throws(JSONError) in
            switch key {
            case "status": status = try reader.text("a word of a closed list", &note)
            case "at": at = try reader.instant("an instant", &note)
            default: return false
            }
            return true
        }
        guard let status else { throw missing(&note, "status", expected: "a word of a closed list") }
        guard let at else { throw missing(&note, "at", expected: "an instant") }
        return StatusStep(status, at: at)
    }
}
