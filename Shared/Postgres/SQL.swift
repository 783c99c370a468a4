/// A statement and the values bound to it.
///
/// ```swift
/// let statement: SQL = "select body from record where id = any(\(ids)) and kind = \(kind)"
/// ```
/// An interpolated value never becomes part of the text: it is sent beside it, in binary, as a parameter of its type.
public struct SQL: Sendable {
    /// The text between the parameters: always one piece more than there are parameters.
    private var pieces: [String]
    var parameters = SQLParameters()

    /// Makes a statement of trusted text alone.
    public init(raw text: String) {
        pieces = [text]
    }

    /// The text as the server gets it, with `$1`, `$2` … for the parameters.
    public var text: String {
        guard pieces.count > 1 else { return pieces[0] }
        var text = pieces[0]
        for (index, piece) in pieces.dropFirst().enumerated() {
            text += "$\(index + 1)"
            text += piece
        }
        return text
    }

    /// Puts one statement behind another, parameters included.
    public static func + (left: SQL, right: SQL) -> SQL {
        var result = left
        result += right
        return result
    }

    /// Puts a statement behind this one, parameters included.
    public static func += (left: inout SQL, right: SQL) {
        left.append(right.pieces[0])
        left.pieces.append(contentsOf: right.pieces.dropFirst())
        left.parameters.append(right.parameters)
    }

    fileprivate mutating func append(_ text: String) {
        pieces[pieces.count - 1] += text
    }

    fileprivate mutating func bind(_ value: some PostgresEncodable) {
        parameters.append(value)
        pieces.append("")
    }
}

extension SQL: ExpressibleByStringInterpolation {
    /// Collects text and parameters.
    public struct StringInterpolation: StringInterpolationProtocol {
        fileprivate var statement = SQL(raw: "")

        /// Starts with nothing.
        public init(literalCapacity: Int, interpolationCount: Int) {}

        /// Appends text.
        public mutating func appendLiteral(_ literal: String) {
            statement.append(literal)
        }

        /// Binds a value.
        public mutating func appendInterpolation(_ value: some PostgresEncodable) {
            statement.bind(value)
        }

        /// Inserts another statement with its parameters.
        public mutating func appendInterpolation(_ fragment: SQL) {
            statement += fragment
        }

        /// Inserts trusted text, such as the name of a table; never anything that came from outside.
        public mutating func appendInterpolation(raw text: String) {
            statement.append(text)
        }

        /// Inserts a name in quotation marks.
        public mutating func appendInterpolation(identifier name: String) {
            statement.append(SQL.quoted(name))
        }
    }

    /// Makes a statement of text.
    public init(stringLiteral text: String) {
        self.init(raw: text)
    }

    /// Makes a statement of text and values.
    public init(stringInterpolation: StringInterpolation) {
        self = stringInterpolation.statement
    }

    /// A name in quotation marks, as an identifier of SQL.
    public static func quoted(_ name: String) -> String {
        var text = "\""
        for character in name { text += character == "\"" ? "\"\"" : String(character) }
        return text + "\""
    }
}

extension SQL: CustomStringConvertible {
    /// The text without the values.
    public var description: String {
        text
    }
}
