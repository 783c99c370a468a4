/// A type of the server, by its object identifier.
///
/// The identifiers of built-in types are fixed (`pg_type.dat` of the server).
public struct PostgresType: RawRepresentable, Hashable, Sendable {
    /// The object identifier; 0 leaves the choice to the server.
    public let rawValue: UInt32

    /// Names a type by its object identifier.
    public init(rawValue: UInt32) {
        self.rawValue = rawValue
    }

    /// Lets the server infer the type.
    public static let inferred = PostgresType(rawValue: 0)
    /// `boolean`.
    public static let bool = PostgresType(rawValue: 16)
    /// `bytea`.
    public static let bytea = PostgresType(rawValue: 17)
    /// `"char"`, one byte.
    public static let char = PostgresType(rawValue: 18)
    /// `name`, the type of identifiers in the catalogue.
    public static let name = PostgresType(rawValue: 19)
    /// `bigint`.
    public static let int8 = PostgresType(rawValue: 20)
    /// `smallint`.
    public static let int2 = PostgresType(rawValue: 21)
    /// `integer`.
    public static let int4 = PostgresType(rawValue: 23)
    /// `text`.
    public static let text = PostgresType(rawValue: 25)
    /// `oid`.
    public static let oid = PostgresType(rawValue: 26)
    /// `json`.
    public static let json = PostgresType(rawValue: 114)
    /// `real`.
    public static let float4 = PostgresType(rawValue: 700)
    /// `double precision`.
    public static let float8 = PostgresType(rawValue: 701)
    /// A literal whose type the server did not settle.
    public static let unknown = PostgresType(rawValue: 705)
    /// `character(n)`.
    public static let bpchar = PostgresType(rawValue: 1042)
    /// `character varying`.
    public static let varchar = PostgresType(rawValue: 1043)
    /// `date`.
    public static let date = PostgresType(rawValue: 1082)
    /// `timestamp without time zone`.
    public static let timestamp = PostgresType(rawValue: 1114)
    /// `timestamp with time zone`.
    public static let timestamptz = PostgresType(rawValue: 1184)
    /// `numeric`.
    public static let numeric = PostgresType(rawValue: 1700)
    /// `void`, the answer of a function that has none.
    public static let void = PostgresType(rawValue: 2278)
    /// `uuid`.
    public static let uuid = PostgresType(rawValue: 2950)
    /// `jsonb`.
    public static let jsonb = PostgresType(rawValue: 3802)

    private static let arrays: [PostgresType: PostgresType] = [
        .bool: PostgresType(rawValue: 1000), .bytea: PostgresType(rawValue: 1001),
        .char: PostgresType(rawValue: 1002), .name: PostgresType(rawValue: 1003),
        .int2: PostgresType(rawValue: 1005), .int4: PostgresType(rawValue: 1007),
        .text: PostgresType(rawValue: 1009), .bpchar: PostgresType(rawValue: 1014),
        .varchar: PostgresType(rawValue: 1015), .int8: PostgresType(rawValue: 1016),
        .float4: PostgresType(rawValue: 1021), .float8: PostgresType(rawValue: 1022),
        .oid: PostgresType(rawValue: 1028), .timestamp: PostgresType(rawValue: 1115),
        .date: PostgresType(rawValue: 1182), .timestamptz: PostgresType(rawValue: 1185),
        .json: PostgresType(rawValue: 199), .numeric: PostgresType(rawValue: 1231),
        .uuid: PostgresType(rawValue: 2951), .jsonb: PostgresType(rawValue: 3807),
    ]

    /// The one-dimensional array of this type; `inferred` for a type that this module does not know.
    public var array: PostgresType {
        Self.arrays[self] ?? .inferred
    }

    /// Whether values are plain text on the wire.
    ///
    /// Types that a database defines itself count, since an enumeration's label travels as text.
    var isText: Bool {
        switch self {
        case .text, .varchar, .bpchar, .name, .char, .json, .unknown: true
        default: rawValue >= Self.firstUserDefined
        }
    }

    // FirstNormalObjectId of the server's access/transam.h.
    private static let firstUserDefined: UInt32 = 16_384
}

extension PostgresType: CustomStringConvertible {
    private static let names: [PostgresType: String] = [
        .inferred: "inferred", .bool: "boolean", .bytea: "bytea", .char: "\"char\"", .name: "name", .int8: "bigint",
        .int2: "smallint", .int4: "integer", .text: "text", .oid: "oid", .json: "json", .float4: "real",
        .float8: "double precision", .unknown: "unknown", .bpchar: "character", .varchar: "character varying",
        .date: "date", .timestamp: "timestamp", .timestamptz: "timestamptz", .numeric: "numeric", .void: "void",
        .uuid: "uuid", .jsonb: "jsonb",
    ]

    /// The type's SQL name, or its number.
    public var description: String {
        if let name = Self.names[self] { return name }
        if let element = Self.arrays.first(where: { $0.value == self })?.key { return "\(element)[]" }
        return "type \(rawValue)"
    }
}
