public import CanonicalModel
public import Postgres
public import SyncCore

/// A value that a column keeps as one word.
public protocol TextColumn: PostgresEncodable, PostgresDecodable {
    /// The word.
    var columnText: String { get }

    /// Reads the word; nil for one that this build does not know.
    init?(columnText: String)
}

extension TextColumn {
    /// `text`.
    public static var postgresType: PostgresType { .text }

    /// Appends the word.
    public func encode(into buffer: inout [UInt8]) {
        columnText.encode(into: &buffer)
    }

    /// Reads the word.
    public init(postgres bytes: UnsafeRawBufferPointer, type: PostgresType) throws(PostgresError) {
        let text = try String(postgres: bytes, type: type)
        guard let value = Self(columnText: text) else {
            throw .decoding("found '\(text.prefix(64))', which this build does not know as a \(Self.self)")
        }
        self = value
    }
}

extension TextColumn where Self: RawRepresentable, RawValue == String {
    /// The raw value.
    public var columnText: String { rawValue }

    /// Takes a raw value.
    public init?(columnText: String) { self.init(rawValue: columnText) }
}

extension EntityKind: TextColumn {}
extension Role: TextColumn {}
extension FailureClass: TextColumn {}
extension AuditNote.Kind: TextColumn {}
extension RecoveryPhase: TextColumn {}

extension ConnectionID: TextColumn {
    /// The name.
    public var columnText: String { name }

    /// Takes a name.
    public init?(columnText: String) { self.init(columnText) }
}

extension FieldName: TextColumn {
    /// The name.
    public var columnText: String { name }

    /// Takes a name.
    public init?(columnText: String) { self.init(columnText) }
}
