extension JSONValue {
    /// Parses a document under the strict rules of `JSONReader`.
    public init(parsing bytes: [UInt8]) throws(JSONError) {
        self = try JSONReader.read(bytes) { reader throws(JSONError) in try reader.value() }
    }

    /// Parses a document that is at hand as text.
    public init(parsing text: String) throws(JSONError) {
        self = try JSONValue(parsing: Array(text.utf8))
    }

    /// Writes the value without white space.
    ///
    /// - Parameter sortedKeys: orders members by the bytes of their keys, so that equal values give equal bytes.
    public func serialised(sortedKeys: Bool = false) -> [UInt8] {
        var writer = JSONWriter()
        writer.value(self, sortedKeys: sortedKeys)
        return writer.finish()
    }

    /// The value as JSON text.
    public var jsonText: String {
        String(decoding: serialised(), as: UTF8.self)
    }
}

extension JSONWriter {
    /// Writes a tree.
    public mutating func value(_ value: JSONValue, sortedKeys: Bool = false) {
        switch value {
        case .object(let object):
            beginObject()
            var members = object.members
            if sortedKeys { members.sort { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) } }
            for member in members {
                key(dynamic: member.key)
                self.value(member.value, sortedKeys: sortedKeys)
            }
            endObject()
        case .array(let elements):
            beginArray()
            for element in elements { self.value(element, sortedKeys: sortedKeys) }
            endArray()
        case .string(let text): string(text)
        case .number(let number): self.number(number)
        case .bool(let flag): bool(flag)
        case .null: null()
        }
    }
}
