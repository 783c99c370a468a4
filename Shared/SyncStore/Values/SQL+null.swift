internal import Postgres

extension SQL {
    /// Binds a value that may be missing; a plain interpolation of an optional is refused by the compiler.
    static func null<Value: PostgresEncodable>(_ value: Value?) -> SQL {
        var interpolation = SQL.StringInterpolation(literalCapacity: 0, interpolationCount: 1)
        interpolation.appendInterpolation(value)
        return SQL(stringInterpolation: interpolation)
    }
}
