extension JSONReader {
    /// Reads a string, or refuses another kind.
    mutating func text(_ what: StaticString, _ note: inout FaultNote?) throws(JSONError) -> String {
        try expect(.string, what, &note)
        return try string()
    }

    /// Reads a string that must not be empty.
    mutating func filledText(_ what: StaticString, _ note: inout FaultNote?) throws(JSONError) -> String {
        let text = try text(what, &note)
        guard !text.isEmpty else { throw refuse(&note, .invalidValue, expected: "\(what)", found: "an empty text") }
        return text
    }

    /// Reads a type or an id of a vendor.
    mutating func vendorText(_ what: StaticString, _ note: inout FaultNote?) throws(JSONError) -> String {
        let text = try filledText(what, &note)
        guard NativeReference.isValid(text) else {
            throw refuse(
                &note, .invalidValue,
                expected: "\(what), at most \(NativeReference.longestText) bytes without control characters",
                found: "\(text.utf8.count) bytes: \(FaultNote.quoted(text))")
        }
        return text
    }

    /// Reads an id.
    mutating func id(_ what: StaticString, _ note: inout FaultNote?) throws(JSONError) -> CanonicalID {
        try expect(.string, what, &note)
        let id = try withText { text throws(JSONError) in CanonicalID(utf8: text) }
        guard let id else {
            throw refuse(&note, .invalidValue, expected: "\(what) (36 characters)", found: "a text that is no id")
        }
        return id
    }

    /// Reads an instant.
    mutating func instant(_ what: StaticString, _ note: inout FaultNote?) throws(JSONError) -> Instant {
        try expect(.string, what, &note)
        let instant = try withText { text throws(JSONError) in Instant(utf8: text) ?? Instant(String(text)) }
        guard let instant else {
            throw refuse(&note, .invalidValue, expected: "\(what) (RFC 3339)", found: "a text that is no instant")
        }
        return instant
    }

    /// Reads a whole number.
    mutating func whole(_ what: StaticString, _ note: inout FaultNote?) throws(JSONError) -> Int64 {
        try expect(.number, what, &note)
        return try int64()
    }

    /// Reads true or false.
    mutating func flag(_ what: StaticString, _ note: inout FaultNote?) throws(JSONError) -> Bool {
        try expect(.bool, what, &note)
        return try bool()
    }

    /// Reads a word out of a closed list.
    mutating func word<Word: RawRepresentable & CaseIterable>(
        _ what: StaticString, _ note: inout FaultNote?
    ) throws(JSONError) -> Word where Word.RawValue == String {
        let text = try text(what, &note)
        guard let word = Word(rawValue: text) else {
            let words = Word.allCases.map(\.rawValue).joined(separator: ", ")
            throw refuse(&note, .unknownWord, expected: "\(what): \(words)", found: FaultNote.quoted(text))
        }
        return word
    }

    /// Reads an object whose members are all known; `body` answers false for a member that it does not know.
    mutating func members(
        _ what: StaticString, _ note: inout FaultNote?,
        _ body: (inout JSONReader, JSONKey, inout FaultNote?) throws(JSONError) -> Bool
    ) throws(JSONError) {
        try expect(.object, what, &note)
        try forEachKey { reader, key throws(JSONError) in
            if try !body(&reader, key, &note) {
                reader.standAtValue()
                throw reader.refuse(
                    &note, .unknownMember, expected: "a member of \(what)", found: FaultNote.quoted(String(key)))
            }
        }
    }

    /// Reads a vendor's object by type and id.
    mutating func native(_ note: inout FaultNote?) throws(JSONError) -> NativeReference {
        var type: String?
        var id: String?
        try members("a native reference", &note) { reader, key, note throws(JSONError) in
            switch key {
            case "type": type = try reader.vendorText("the vendor's type", &note)
            case "id": id = try reader.vendorText("the vendor's id", &note)
            default: return false
            }
            return true
        }
        guard let type else { throw missing(&note, "type", expected: "the vendor's type") }
        guard let id else { throw missing(&note, "id", expected: "the vendor's id") }
        return NativeReference(type: type, id: id)
    }
}

extension Instant {
    /// Reads the form that we write, without making a string; nil for every other form.
    init?(utf8 text: borrowing Span<UInt8>) {
        guard text.count == 20 || text.count == 24 || text.count == 27,
            text[10] == UInt8(ascii: "T"), text[13] == UInt8(ascii: ":"), text[16] == UInt8(ascii: ":"),
            text[text.count - 1] == UInt8(ascii: "Z"), let date = BusinessDate(utf8Prefix: text),
            let hour = decimal(text, 11, 2), hour < 24, let minute = decimal(text, 14, 2), minute < 60,
            let second = decimal(text, 17, 2), second < 60
        else { return nil }
        var fraction: Int64 = 0
        if text.count > 20 {
            let digits = text.count - 21
            guard text[19] == UInt8(ascii: "."), let value = decimal(text, 20, digits) else { return nil }
            fraction = digits == 3 ? value * 1000 : value
        }
        let seconds = date.daysSince1970 * 86_400 + hour * 3600 + minute * 60 + second
        self.init(microseconds: seconds * 1_000_000 + fraction)
    }
}

extension BusinessDate {
    /// Reads `YYYY-MM-DD` from the first ten bytes; nil when they are something else.
    init?(utf8Prefix text: borrowing Span<UInt8>) {
        guard text.count >= 10, text[4] == UInt8(ascii: "-"), text[7] == UInt8(ascii: "-"),
            let year = decimal(text, 0, 4), let month = decimal(text, 5, 2), let day = decimal(text, 8, 2)
        else { return nil }
        self.init(year: Int(year), month: Int(month), day: Int(day))
    }
}

private func decimal(_ text: borrowing Span<UInt8>, _ start: Int, _ count: Int) -> Int64? {
    var value: Int64 = 0
    for position in start..<start + count {
        let digit = text[position] &- UInt8(ascii: "0")
        guard digit < 10 else { return nil }
        value = value * 10 + Int64(digit)
    }
    return value
}
