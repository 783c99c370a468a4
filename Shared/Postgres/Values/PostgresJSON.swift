/// A `jsonb` value, as the text of the document.
///
/// This module does not parse it; the server refuses what is no JSON.
public struct PostgresJSON: Hashable, Sendable {
    /// The document in UTF-8.
    public var bytes: [UInt8]

    /// Wraps a document in UTF-8.
    public init(_ bytes: [UInt8]) {
        self.bytes = bytes
    }

    // jsonb_recv and jsonb_send put a version before the text.
    private static let version: UInt8 = 1

    /// The text behind the version byte of a binary `jsonb`.
    static func text(of bytes: UnsafeRawBufferPointer) throws(PostgresError) -> UnsafeRawBufferPointer {
        guard bytes.first == version else { throw .decoding("found a jsonb value in a format other than version 1") }
        return UnsafeRawBufferPointer(rebasing: bytes.dropFirst())
    }
}

extension PostgresJSON: PostgresEncodable, PostgresDecodable {
    /// `jsonb`.
    public static var postgresType: PostgresType { .jsonb }

    /// Appends the version byte and the document.
    public func encode(into buffer: inout [UInt8]) {
        buffer.append(Self.version)
        buffer.append(contentsOf: bytes)
    }

    /// Reads a `jsonb`, or any text as it is.
    public init(postgres bytes: UnsafeRawBufferPointer, type: PostgresType) throws(PostgresError) {
        guard type == .jsonb || type.isText else { throw .decoding("found \(type) where JSON was expected") }
        self.init(type == .jsonb ? [UInt8](try Self.text(of: bytes)) : [UInt8](bytes))
    }
}
