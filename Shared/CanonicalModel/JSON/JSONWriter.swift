/// Writes JSON straight into bytes, without white space.
///
/// Commas, colons and quotes are set by the writer; that each `begin` has its `end` and each key its value is up to the
/// caller. `finish()` gives the bytes.
///
/// ```swift
/// var writer = JSONWriter()
/// writer.beginObject()
/// writer.key("id")
/// writer.string(id)
/// writer.key("amount")
/// writer.int(amount)
/// writer.endObject()
/// let bytes = writer.finish()
/// ```
public struct JSONWriter: Sendable {
    // As long as its capacity; only the first `count` bytes are written. So each write is one check and one copy.
    private var storage: [UInt8]
    private var count = 0
    private var needsComma = false

    /// Starts an empty document.
    ///
    /// - Parameter capacity: the size to expect, in bytes; a longer document grows by doubling.
    public init(capacity: Int = 1024) {
        storage = [UInt8](repeating: 0, count: max(capacity, 64))
    }

    /// Ends the document, gives its bytes and empties the writer.
    public mutating func finish() -> [UInt8] {
        var bytes: [UInt8] = []
        swap(&bytes, &storage)
        bytes.removeLast(bytes.count - count)
        count = 0
        needsComma = false
        return bytes
    }

    /// Opens an object.
    public mutating func beginObject() {
        open(UInt8(ascii: "{"))
    }

    /// Closes the object.
    public mutating func endObject() {
        close(UInt8(ascii: "}"))
    }

    /// Opens an array.
    public mutating func beginArray() {
        open(UInt8(ascii: "["))
    }

    /// Closes the array.
    public mutating func endArray() {
        close(UInt8(ascii: "]"))
    }

    /// Writes the key of a member; the name must need no escapes, as the names of our own model do not.
    public mutating func key(_ name: StaticString) {
        let length = name.utf8CodeUnitCount
        let source = UnsafeBufferPointer(start: name.utf8Start, count: length)
        write(length + 4) { target, comma in
            var position = Self.separate(target, comma)
            target[position] = UInt8(ascii: "\"")
            position += 1
            position += Self.copy(source, to: target, at: position)
            target[position] = UInt8(ascii: "\"")
            target[position + 1] = UInt8(ascii: ":")
            return position + 2
        }
        needsComma = false
    }

    /// Writes the key of a member, with escapes where it needs them.
    public mutating func key(dynamic name: String) {
        string(name)
        byte(UInt8(ascii: ":"))
        needsComma = false
    }

    /// Writes the key of a member that `encodedKey` has prepared.
    public mutating func key(encoded: [UInt8]) {
        raw(encoded)
        needsComma = false
    }

    /// Prepares a key (quotes, escapes, colon) for `key(encoded:)`, for names that are written many times.
    public static func encodedKey(_ name: String) -> [UInt8] {
        var writer = JSONWriter()
        writer.key(dynamic: name)
        return writer.finish()
    }

    /// Writes a string.
    public mutating func string(_ text: String) {
        var text = text
        text.withUTF8 { string(utf8: $0) }
    }

    /// Writes a string of which the bytes are at hand; they must be valid UTF-8.
    public mutating func string(utf8 source: UnsafeBufferPointer<UInt8>) {
        // Every byte may grow to six (\u00XX) at most, but reserving for that would waste; escapes are rare.
        var end = JSONEscape.first(source, from: 0)
        write(source.count + 3) { target, comma in
            var position = Self.separate(target, comma)
            target[position] = UInt8(ascii: "\"")
            position += 1
            position += Self.copy(UnsafeBufferPointer(rebasing: source[..<end]), to: target, at: position)
            guard end == source.count else { return position }
            target[position] = UInt8(ascii: "\"")
            return position + 1
        }
        needsComma = true
        guard end < source.count else { return }
        while end < source.count {
            let escape = JSONEscape.sequence(source[end])
            let next = JSONEscape.first(source, from: end + 1)
            write(6 + next - end) { target, _ in
                let length = escape.withUnsafeBufferPointer { Self.copy($0, to: target, at: 0) }
                let rest = UnsafeBufferPointer(rebasing: source[(end + 1)..<next])
                return length + Self.copy(rest, to: target, at: length)
            }
            end = next
        }
        byte(UInt8(ascii: "\""))
    }

    /// Writes a whole number.
    public mutating func int(_ value: Int64) {
        write(22) { target, comma in
            var position = Self.separate(target, comma)
            var magnitude = value.magnitude
            if value < 0 {
                target[position] = UInt8(ascii: "-")
                position += 1
            }
            var length = 1
            var bound = magnitude
            while bound >= 10 {
                bound /= 10
                length += 1
            }
            var index = position + length
            repeat {
                index -= 1
                target[index] = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: magnitude % 10)
                magnitude /= 10
            } while magnitude > 0
            return position + length
        }
        needsComma = true
    }

    /// Writes a number as its text says.
    public mutating func number(_ number: JSONNumber) {
        var text = number.text
        text.withUTF8 { rawBytes($0) }
    }

    /// Writes true or false.
    public mutating func bool(_ value: Bool) {
        let word: StaticString = value ? "true" : "false"
        rawBytes(UnsafeBufferPointer(start: word.utf8Start, count: word.utf8CodeUnitCount))
    }

    /// Writes null.
    public mutating func null() {
        let word: StaticString = "null"
        rawBytes(UnsafeBufferPointer(start: word.utf8Start, count: word.utf8CodeUnitCount))
    }

    /// Writes a value that is JSON already; the caller vouches for it.
    public mutating func raw(_ bytes: [UInt8]) {
        bytes.withUnsafeBufferPointer { rawBytes($0) }
    }

    private mutating func rawBytes(_ source: UnsafeBufferPointer<UInt8>) {
        write(source.count + 1) { target, comma in
            let position = Self.separate(target, comma)
            return position + Self.copy(source, to: target, at: position)
        }
        needsComma = true
    }

    private mutating func open(_ bracket: UInt8) {
        write(2) { target, comma in
            let position = Self.separate(target, comma)
            target[position] = bracket
            return position + 1
        }
        needsComma = false
    }

    private mutating func close(_ bracket: UInt8) {
        byte(bracket)
        needsComma = true
    }

    private mutating func byte(_ byte: UInt8) {
        write(1) { target, _ in
            target[0] = byte
            return 1
        }
    }

    /// Makes room for `length` bytes, lets `body` write there, and takes the number of bytes that it has written.
    @inline(__always)
    private mutating func write(_ length: Int, _ body: (UnsafeMutablePointer<UInt8>, _ comma: Bool) -> Int) {
        if storage.count - count < length { grow(length) }
        let comma = needsComma
        let start = count
        count += storage.withUnsafeMutableBufferPointer { buffer in
            guard let base = buffer.baseAddress else { return 0 }
            return body(base + start, comma)
        }
    }

    @inline(never)
    private mutating func grow(_ length: Int) {
        let size = max(storage.count * 2, count + length, 64)
        storage.append(contentsOf: repeatElement(0, count: size - storage.count))
    }

    @inline(__always)
    private static func separate(_ target: UnsafeMutablePointer<UInt8>, _ comma: Bool) -> Int {
        guard comma else { return 0 }
        target[0] = UInt8(ascii: ",")
        return 1
    }

    @inline(__always)
    private static func copy(
        _ source: UnsafeBufferPointer<UInt8>, to target: UnsafeMutablePointer<UInt8>, at position: Int
    ) -> Int {
        guard let base = source.baseAddress else { return 0 }
        (target + position).update(from: base, count: source.count)
        return source.count
    }
}
