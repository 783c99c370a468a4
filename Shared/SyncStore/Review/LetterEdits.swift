public import CanonicalModel
internal import Postgres

/// Corrections of what letters hold, with who made them and why.
public enum LetterEdits {
    /// A letter's new payload.
    public struct Edit: Sendable {
        /// The edit's id.
        public var id: CanonicalID
        /// The letter.
        public var letter: CanonicalID
        /// What the letter held.
        public var before: [UInt8]
        /// What it shall hold.
        public var after: [UInt8]

        /// Takes the parts.
        public init(id: CanonicalID, letter: CanonicalID, before: [UInt8], after: [UInt8]) {
            self.id = id
            self.letter = letter
            self.before = before
            self.after = after
        }
    }

    /// Locks the open letters of a filter and reads them, page by page.
    public static func lockPage(
        _ filter: DeadLetters.Filter, after id: CanonicalID?, limit: Int
    ) -> Statement<[DeadLetters.Row]> {
        DeadLetters.page(filter, after: id, limit: limit, locking: true)
    }

    /// Writes edits of letters that the transaction has locked.
    public static func save(
        _ edits: [Edit], by name: String, reason: String, changes: String
    ) -> Statement<Void> {
        Statement(
            """
            with given as materialized (
                select * from unnest(
                    \(edits.map(\.id)), \(edits.map(\.letter)), \(edits.map(\.before)), \(edits.map(\.after)),
                    \(edits.map { DeadLetters.redacted($0.after) })) as given(id, letter, before, after, redacted)
            ), kept as (
                insert into dead_letter_edit (id, letter, edited_by, reason, changes, before)
                select id, letter, \(name), \(reason), \(changes), before from given
            )
            update dead_letter as l set payload = given.after, redacted = given.redacted
            from given where l.id = given.letter
            """)
    }

    /// An edit as people see it.
    public struct Made: Sendable, Hashable {
        /// When it was made.
        public var at: Instant
        /// By whom.
        public var by: String
        /// Why.
        public var reason: String
        /// What was done, without values.
        public var changes: String
    }

    /// The edits of a letter, oldest first.
    public static func of(_ letter: CanonicalID) -> Statement<[Made]> {
        Statement(
            """
            select edited_at, edited_by, reason, changes from dead_letter_edit where letter = \(letter) order by id
            """
        ) { result in
            try result.map { row in
                Made(
                    at: try row[0, as: Instant.self], by: try row[1, as: String.self],
                    reason: try row[2, as: String.self], changes: try row[3, as: String.self])
            }
        }
    }
}
