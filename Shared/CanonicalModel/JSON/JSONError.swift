/// Says why some bytes are not the JSON that was asked for, and where.
///
/// It never carries a value of the document, only names of members and positions, so that it may be logged.
public struct JSONError: Error, Sendable, Equatable, CustomStringConvertible {
    /// What is wrong; more codes may come.
    public struct Code: Sendable, Hashable, CustomStringConvertible {
        private let name: String

        /// The document ends inside a value.
        public static let unexpectedEnd = Code(name: "unexpected_end")
        /// A byte that the grammar does not allow at this place.
        public static let unexpectedByte = Code(name: "unexpected_byte")
        /// Text that is not UTF-8, or half of a surrogate pair.
        public static let invalidText = Code(name: "invalid_text")
        /// A number that the grammar does not allow, such as `01` or `1.`.
        public static let invalidNumber = Code(name: "invalid_number")
        /// More levels of objects and arrays than `JSONReader.maximumDepth`.
        public static let tooDeep = Code(name: "too_deep")
        /// An object that has the same member twice.
        public static let duplicateKey = Code(name: "duplicate_key")
        /// Something other than white space after the value.
        public static let trailingBytes = Code(name: "trailing_bytes")
        /// Well-formed, but of another kind than asked for.
        public static let wrongKind = Code(name: "wrong_kind")
        /// Well-formed and of the right kind, but not a value that the reader of the document accepts.
        public static let invalidValue = Code(name: "invalid_value")

        /// The name of the code, as it stands in logs.
        public var description: String { name }
    }

    /// What is wrong.
    public let code: Code
    /// The position of the fault, in bytes from the start of the document.
    public let offset: Int
    /// The place in the document as a JSON Pointer (RFC 6901); empty for the whole document.
    public private(set) var path: String
    /// The fault in words.
    public let message: String

    /// Describes a fault.
    public init(_ code: Code, at offset: Int, path: String = "", _ message: String) {
        self.code = code
        self.offset = offset
        self.path = path
        self.message = message
    }

    /// The fault in one line, with path and offset.
    public var description: String {
        "\(message), at \(path.isEmpty ? "the top level" : path) (byte \(offset))"
    }

    /// The same fault, seen from the object that has the faulty value as a member.
    func under(key: String) -> JSONError {
        var error = self
        // A hostile document must not make a log line of any length, or one that no column can hold.
        let name = FaultNote.cut(key, to: 64).replacing("~", with: "~0").replacing("/", with: "~1")
        error.path = "/" + name + path
        return error
    }

    /// The same fault, seen from the array that has the faulty value as an element.
    func under(index: Int) -> JSONError {
        var error = self
        error.path = "/\(index)" + path
        return error
    }
}
