/// Reads a JSON document in one pass, straight into the caller's own types.
///
/// The document must be exactly one value under RFC 8259: valid UTF-8, no byte order mark, no member twice in one
/// object, at most `maximumDepth` levels, nothing behind it. This is checked in the parts that are skipped, too.
///
/// The reader always stands before a value. Each method reads exactly one: a scalar, a whole object by `forEachKey`, a
/// whole array by `forEachElement`, or any value by `skip()`, `rawValue()` and `value()`.
///
/// ```swift
/// let event = try JSONReader.read(bytes) { reader throws(JSONError) in
///     var event = Event()
///     try reader.forEachKey { reader, key throws(JSONError) in
///         switch key {
///         case "id": event.id = try reader.string()
///         case "amount": event.amount = try reader.int64()
///         default: break  // what is not read is skipped
///         }
///     }
///     return event
/// }
/// ```
///
/// After an error the reader is spent: `read` throws that error even where the body has swallowed it.
public struct JSONReader: ~Copyable {
    /// The levels of objects and arrays that a document may have.
    public static let maximumDepth = 64

    let bytes: UnsafeBufferPointer<UInt8>
    var position = 0
    /// Where the value that was read last begins; `invalid` points there.
    var valueStart = 0
    private var depth = 0
    private var failure: JSONError?
    private var keys = JSONKeyHistory()

    private init(bytes: UnsafeBufferPointer<UInt8>) {
        self.bytes = bytes
    }

    /// Reads one document.
    ///
    /// - Throws: what `body` throws, and an error when the document has more than the one value.
    public static func read<Result>(
        _ bytes: [UInt8], _ body: (inout JSONReader) throws(JSONError) -> Result
    ) throws(JSONError) -> Result {
        try bytes.withUnsafeBufferPointer { buffer throws(JSONError) in
            try read(buffer, body)
        }
    }

    /// Reads one document from memory that stays valid during the call.
    public static func read<Result>(
        _ bytes: UnsafeBufferPointer<UInt8>, _ body: (inout JSONReader) throws(JSONError) -> Result
    ) throws(JSONError) -> Result {
        var reader = JSONReader(bytes: bytes)
        reader.skipSpace()
        let start = reader.position
        let result = try body(&reader)
        if let failure = reader.failure { throw failure }
        if reader.position == start { try reader.skip() }
        reader.skipSpace()
        guard reader.position == bytes.count else {
            throw JSONError(.trailingBytes, at: reader.position, "more bytes after the end of the value")
        }
        return result
    }

    /// Reads an object: calls `body` with each key, in the order of the document.
    ///
    /// The body reads the member's value by one call on the reader, or returns without reading to skip it.
    public mutating func forEachKey(
        _ body: (inout JSONReader, JSONKey) throws(JSONError) -> Void
    ) throws(JSONError) {
        try enter(UInt8(ascii: "{"), .object)
        guard try !leaves(UInt8(ascii: "}")) else { return }
        let outer = keys.enterObject()
        while true {
            try member(outer, body)
            if try ends(with: UInt8(ascii: "}")) { break }
        }
        keys.leaveObject(outer)
    }

    /// Reads an array: calls `body` before each element, which it reads by one call, or skips by none.
    public mutating func forEachElement(_ body: (inout JSONReader) throws(JSONError) -> Void) throws(JSONError) {
        try enter(UInt8(ascii: "["), .array)
        guard try !leaves(UInt8(ascii: "]")) else { return }
        var index = 0
        while true {
            do throws(JSONError) {
                let start = position
                try body(&self)
                if position == start { try skip() }
            } catch {
                throw error.under(index: index)
            }
            if try ends(with: UInt8(ascii: "]")) { return }
            index += 1
        }
    }

    /// The kind of the value that comes next, which is not read yet.
    public mutating func kind() throws(JSONError) -> JSONKind {
        guard position < bytes.count else { throw unexpectedEnd() }
        guard let kind = JSONKind(firstByte: bytes[position]) else {
            throw fail(.unexpectedByte, at: position, "expected a value, found \(described(bytes[position]))")
        }
        return kind
    }

    /// Makes an error for a value that was well-formed but is not acceptable, at the place of the value read last.
    ///
    /// - Parameter message: says what is acceptable; it must not repeat the value, which may be personal.
    public func invalid(_ message: String) -> JSONError {
        JSONError(.invalidValue, at: valueStart, message)
    }

    private mutating func member(
        _ outer: JSONKeyHistory.Mark, _ body: (inout JSONReader, JSONKey) throws(JSONError) -> Void
    ) throws(JSONError) {
        guard position < bytes.count else { throw unexpectedEnd() }
        guard bytes[position] == UInt8(ascii: "\"") else {
            throw fail(.unexpectedByte, at: position, "expected a key, found \(described(bytes[position]))")
        }
        let start = position
        let text = try scanString()
        if text.escaped {
            try member(unescaped(text), at: start, outer, body)
        } else {
            let key = UnsafeBufferPointer(rebasing: bytes[text.start..<text.end])
            guard keys.insert(key, at: text.start, of: bytes, since: outer) else {
                throw duplicate(String(key.span), start)
            }
            try value(of: key.span, body)
        }
    }

    private mutating func member(
        _ key: [UInt8], at start: Int, _ outer: JSONKeyHistory.Mark,
        _ body: (inout JSONReader, JSONKey) throws(JSONError) -> Void
    ) throws(JSONError) {
        guard keys.insert(unescaped: key, of: bytes, since: outer) else { throw duplicate(String(key.span), start) }
        try value(of: key.span, body)
    }

    private mutating func value(
        of key: JSONKey, _ body: (inout JSONReader, JSONKey) throws(JSONError) -> Void
    ) throws(JSONError) {
        skipSpace()
        guard position < bytes.count else { throw unexpectedEnd() }
        guard bytes[position] == UInt8(ascii: ":") else {
            throw fail(.unexpectedByte, at: position, "expected a colon, found \(described(bytes[position]))")
        }
        position += 1
        skipSpace()
        do throws(JSONError) {
            let start = position
            try body(&self, key)
            if position == start { try skip() }
        } catch {
            throw error.under(key: String(key))
        }
    }

    /// Takes the opening bracket.
    private mutating func enter(_ opening: UInt8, _ kind: JSONKind) throws(JSONError) {
        valueStart = position
        guard position < bytes.count, bytes[position] == opening else { throw wrongKind(expected: kind) }
        guard depth < Self.maximumDepth else {
            throw fail(.tooDeep, at: position, "more than \(Self.maximumDepth) levels of objects and arrays")
        }
        depth += 1
        position += 1
        skipSpace()
    }

    /// Takes the closing bracket of an empty container, if it is there.
    private mutating func leaves(_ closing: UInt8) throws(JSONError) -> Bool {
        guard position < bytes.count else { throw unexpectedEnd() }
        guard bytes[position] == closing else { return false }
        position += 1
        depth -= 1
        return true
    }

    /// Takes the comma or the closing bracket behind an element.
    private mutating func ends(with closing: UInt8) throws(JSONError) -> Bool {
        skipSpace()
        guard position < bytes.count else { throw unexpectedEnd() }
        let byte = bytes[position]
        position += 1
        if byte == UInt8(ascii: ",") {
            skipSpace()
            return false
        }
        guard byte == closing else {
            throw fail(
                .unexpectedByte, at: position - 1,
                "expected a comma or \(described(closing)), found \(described(byte))")
        }
        depth -= 1
        return true
    }

    @inline(__always)
    mutating func skipSpace() {
        while position < bytes.count {
            let byte = bytes[position]
            guard byte <= 0x20, byte == 0x20 || byte == 0x0a || byte == 0x0d || byte == 0x09 else { return }
            position &+= 1
        }
    }

    mutating func fail(_ code: JSONError.Code, at offset: Int, _ message: String) -> JSONError {
        let error = JSONError(code, at: offset, message)
        failure = failure ?? error
        return error
    }

    mutating func unexpectedEnd() -> JSONError {
        fail(.unexpectedEnd, at: bytes.count, "the document ends too early")
    }

    mutating func wrongKind(expected: JSONKind) -> JSONError {
        guard position < bytes.count else { return unexpectedEnd() }
        guard let found = JSONKind(firstByte: bytes[position]) else {
            return fail(
                .unexpectedByte, at: position, "expected \(expected.phrase), found \(described(bytes[position]))")
        }
        return fail(.wrongKind, at: position, "expected \(expected.phrase), found \(found.phrase)")
    }

    private mutating func duplicate(_ key: String, _ offset: Int) -> JSONError {
        fail(.duplicateKey, at: offset, "the same key twice in one object").under(key: key)
    }

    func described(_ byte: UInt8) -> String {
        0x21...0x7e ~= byte ? "'\(Character(UnicodeScalar(byte)))'" : "byte 0x\(String(byte, radix: 16))"
    }
}
