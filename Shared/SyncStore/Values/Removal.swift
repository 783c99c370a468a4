public import CanonicalModel
internal import Postgres

/// A batch of rows that have left a table, oldest first.
public struct Removal: Sendable, Hashable {
    /// How many they are.
    public var count: Int
    /// The newest of them, behind which the next batch begins; nil where none has left.
    public var last: CanonicalID?

    /// Where the first batch begins.
    public static let beginning = CanonicalID(high: 0, low: 0)

    /// Removes what a query names by `id`.
    ///
    /// Each batch begins behind the one before: rows that have left stay in the index for as long as some transaction may see
    /// them, such as that of a backup, and each batch would pass over all of them.
    static func statement(from table: SQL, where query: SQL) -> Statement<Removal> {
        Statement(
            """
            with gone as (delete from \(table) where id in (\(query)) returning id)
            select count(*), (select id from gone order by id desc limit 1) from gone
            """
        ) { result in
            Removal(count: try result[0][0, as: Int.self], last: try result[0][1, as: CanonicalID?.self])
        }
    }
}
