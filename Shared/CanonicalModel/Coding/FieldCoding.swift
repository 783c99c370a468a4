/// Writes and reads the value of a field by its declared type.
///
/// Money is `{"minor":12500,"currency":"USD"}`, a quantity is a decimal number in a string, an instant is RFC 3339, a
/// date is `YYYY-MM-DD`, a canonical reference is the id, a native one is `{"type","id","entity"}`.
public enum FieldCoding {
    /// The value alone as JSON bytes; the same value gives the same bytes.
    ///
    /// - Throws: a fault when the value has no written form (a year beyond 9999) or is not of the type.
    public static func encode(_ value: FieldValue, as type: FieldType) throws(CodingFault) -> [UInt8] {
        var writer = JSONWriter(capacity: 256)
        try write(value, as: type, to: &writer)
        return writer.finish()
    }

    /// Reads what `encode` has written.
    public static func decode(_ bytes: [UInt8], as type: FieldType) throws(CodingFault) -> FieldValue {
        try JSONReader.message(bytes) { reader, note throws(JSONError) in try reader.field(type, &note) }
    }

    /// Writes the value as one value of a larger document.
    public static func write(
        _ value: FieldValue, as type: FieldType, to writer: inout JSONWriter
    ) throws(CodingFault) {
        if let fault = value.fault(for: type) ?? value.faultOfReferences(for: type) {
            throw CodingFault(.invalidValue, path: "", expected: type.name, found: "a value that \(fault)")
        }
        guard writer.field(value) else {
            throw CodingFault(
                .invalidValue, path: "", expected: "\(type.name) within the range of its written form",
                found: "a value beyond it")
        }
    }

    /// Reads one value of a larger document.
    public static func read(_ type: FieldType, from reader: inout JSONReader) throws(JSONError) -> FieldValue {
        var note: FaultNote?
        return try reader.field(type, &note)
    }
}

extension FieldValue {
    /// What is wrong with a reference inside of the value, so that a reader would refuse it; nil where nothing is.
    fileprivate func faultOfReferences(for type: FieldType) -> String? {
        switch (self, type) {
        case (.reference(let target), .reference(let kind)): target.fault(for: kind)
        case (.references(let targets), .references(let kind)):
            targets.lazy.compactMap { $0.fault(for: kind) }.first
        case (.lines(let lines), _): lines.lazy.compactMap { $0.item?.fault(for: .item) }.first
        default: nil
        }
    }
}

extension RecordReference {
    fileprivate func fault(for wanted: EntityKind) -> String? {
        guard case .native(let object, let kind) = self else { return nil }
        if kind != wanted { return "refers to a \(kind.rawValue), not to a \(wanted.rawValue)" }
        return object.isValid ? nil : "refers to an object whose type or id is \(NativeReference.fault)"
    }
}

extension NativeReference {
    /// What is wrong with the type or the id of one that is not valid.
    static let fault = "empty, longer than \(longestText) bytes, or has control characters"
}

extension JSONWriter {
    /// Writes a value; false when it has no written form, after which the document is to be dropped.
    mutating func field(_ value: FieldValue) -> Bool {
        switch value {
        case .text(let text), .choice(let text): string(text)
        case .integer(let number): int(number)
        case .quantity(let number): return quantity(number)
        case .money(let amount): money(amount)
        case .flag(let flag): bool(flag)
        case .instant(let moment): return instant(moment)
        case .date(let day): return date(day)
        case .appointment(let window): return appointment(window)
        case .address(let place): address(place)
        case .reference(let target): reference(target)
        case .references(let targets):
            beginArray()
            for target in targets { reference(target) }
            endArray()
        case .texts(let texts):
            beginArray()
            for text in texts { string(text) }
            endArray()
        case .lines(let lines):
            beginArray()
            for item in lines where !line(item) { return false }
            endArray()
        case .history(let steps):
            beginArray()
            for item in steps where !step(item) { return false }
            endArray()
        }
        return true
    }

    private mutating func quantity(_ number: Quantity) -> Bool {
        // The smallest number of 64 bits has no positive twin, which reading goes through.
        guard number.mantissa != .min else { return false }
        string(number.description)
        return true
    }

    private mutating func money(_ amount: Money) {
        beginObject()
        key("minor")
        int(amount.minorUnits)
        key("currency")
        string(amount.currency.code)
        endObject()
    }

    private mutating func appointment(_ window: LocalAppointment) -> Bool {
        beginObject()
        key("start")
        guard instant(window.start) else { return false }
        key("end")
        guard instant(window.end) else { return false }
        key("zone")
        string(window.zone)
        if window.isAllDay {
            key("all_day")
            bool(true)
        }
        endObject()
        return true
    }

    private mutating func address(_ place: PostalAddress) {
        beginObject()
        part("line1", place.line1)
        part("line2", place.line2)
        part("city", place.city)
        part("region", place.region)
        part("postal_code", place.postalCode)
        part("country", place.country)
        endObject()
    }

    private mutating func part(_ name: StaticString, _ text: String) {
        guard !text.isEmpty else { return }
        key(name)
        string(text)
    }

    private mutating func reference(_ target: RecordReference) {
        switch target {
        case .canonical(let id): self.id(id)
        case .native(let object, let kind):
            beginObject()
            key("type")
            string(object.type)
            key("id")
            string(object.id)
            key("entity")
            string(kind.rawValue)
            endObject()
        }
    }

    private mutating func line(_ line: LineItem) -> Bool {
        beginObject()
        key("key")
        string(line.key)
        key("kind")
        string(line.kind.rawValue)
        if let item = line.item {
            key("item")
            reference(item)
        }
        key("description")
        string(line.description)
        key("quantity")
        guard quantity(line.quantity) else { return false }
        key("unit_price")
        money(line.unitPrice)
        key("amount")
        money(line.amount)
        part("tax_code", line.taxCode)
        endObject()
        return true
    }

    private mutating func step(_ step: StatusStep) -> Bool {
        beginObject()
        key("status")
        string(step.status)
        key("at")
        guard instant(step.at) else { return false }
        endObject()
        return true
    }
}
