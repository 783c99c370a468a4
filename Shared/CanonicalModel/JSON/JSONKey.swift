/// The name of a member while its object is read: its decoded bytes, borrowed from the document.
///
/// Compare it by `switch` with plain literals, which allocates nothing; `String(key)` makes a copy that may be kept.
public typealias JSONKey = Span<UInt8>

/// Tells whether a key (or text) consists of exactly the bytes of a literal.
@inlinable
public func ~= (literal: StaticString, key: borrowing JSONKey) -> Bool {
    guard literal.utf8CodeUnitCount == key.count else { return false }
    return key.withUnsafeBufferPointer { bytes in
        for index in 0..<bytes.count where bytes[index] != literal.utf8Start[index] { return false }
        return true
    }
}

extension String {
    /// Copies a key, or text that was lent by `JSONReader.withText`.
    public init(_ key: borrowing JSONKey) {
        self = key.withUnsafeBufferPointer { String(decoding: $0, as: UTF8.self) }
    }
}
