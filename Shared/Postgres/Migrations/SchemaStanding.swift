/// How the schema of a database stands to a program that it serves.
public enum SchemaStanding: Sendable, Equatable {
    /// It has exactly the program's migrations.
    case same
    /// It has more of them, and still serves the program.
    ///
    /// - Parameters:
    ///   - last: the last migration that is applied, such as `0018_drop_old_names`.
    ///   - servesFrom: the number of the last migration of the oldest programs that are served.
    case newer(last: String, servesFrom: Int)
}
