/// Why migrations cannot be applied, or why a service must not start.
public struct MigrationError: Error, Sendable, CustomStringConvertible {
    /// What went wrong, for code to decide by.
    public struct Code: Hashable, Sendable {
        private enum Kind {
            case invalid, mismatch, outdated, irreversible, failed
        }

        private let kind: Kind

        private init(_ kind: Kind) {
            self.kind = kind
        }

        /// The migrations of this build contradict each other or cannot be read.
        public static let invalid = Code(.invalid)
        /// The database has other migrations than this build expects.
        public static let mismatch = Code(.mismatch)
        /// The database is newer, and no longer serves programs as old as this build.
        public static let outdated = Code(.outdated)
        /// A migration on the way down cannot be taken back.
        public static let irreversible = Code(.irreversible)
        /// The statements of a migration failed; it was rolled back.
        public static let failed = Code(.failed)
    }

    /// What went wrong.
    public var code: Code
    /// What happened, and where it helps a table of expected against applied migrations.
    public var message: String
    /// The error of the database, if there was one.
    public var cause: PostgresError?

    /// Makes an error from its parts.
    public init(code: Code, message: String, cause: PostgresError? = nil) {
        self.code = code
        self.message = message
        self.cause = cause
    }

    /// The message and the database's error.
    public var description: String {
        cause.map { "\(message): \($0)" } ?? message
    }
}
