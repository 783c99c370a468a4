/// Says why a message of ours cannot be read or written: where, what was found, what was expected.
///
/// It goes with the message into its dead letter, so it must be understood without the code at hand. It repeats names
/// and words of closed lists, cut to 64 characters, but never a value of a field that may be personal.
public struct CodingFault: Error, Sendable, Hashable, CustomStringConvertible {
    /// What kind of fault it is.
    public enum Code: String, Sendable, CaseIterable {
        /// The bytes are no JSON.
        case malformed
        /// An attribute or member that must be there is not.
        case missing
        /// The value is of another JSON kind than its place asks for.
        case wrongKind = "wrong_kind"
        /// The kind is right, the value is not.
        case invalidValue = "invalid_value"
        /// A word that is not in its closed list.
        case unknownWord = "unknown_word"
        /// An entity that the model does not have.
        case unknownEntity = "unknown_entity"
        /// A field that the entity does not have.
        case unknownField = "unknown_field"
        /// A member that has no meaning at its place.
        case unknownMember = "unknown_member"
        /// A version of the envelope or of the model that is not accepted.
        case unsupportedVersion = "unsupported_version"
    }

    /// What kind of fault it is.
    public let code: Code
    /// The place in the message as a JSON Pointer (RFC 6901); empty for the whole message.
    public let path: String
    /// The position in the bytes; nil when the fault was found in writing, or names what is missing.
    public let offset: Int?
    /// What would have been right.
    public let expected: String
    /// What was there instead.
    public let found: String

    /// Describes a fault.
    public init(_ code: Code, path: String, offset: Int? = nil, expected: String, found: String) {
        self.code = code
        self.path = path
        self.offset = offset
        self.expected = expected
        self.found = found
    }

    /// The fault in one line.
    public var description: String {
        let place = path.isEmpty ? "the message" : path
        let byte = offset.map { " (byte \($0))" } ?? ""
        return "\(code.rawValue) at \(place)\(byte): expected \(expected), found \(found)"
    }

    /// The same fault, seen from a place that holds the faulty one.
    func under(_ prefix: String, offset base: Int = 0) -> CodingFault {
        CodingFault(code, path: prefix + path, offset: offset.map { $0 + base }, expected: expected, found: found)
    }
}
