public import CanonicalModel
internal import Postgres

extension Freshness {
    /// Some messages in the order of their ids, as somebody sees them who walks over all.
    public struct Page: Sendable, Hashable {
        /// The lowest id among them that is pending or published; nil where none is.
        public var lowest: CanonicalID?
        /// The last id among them; nil where the table ends before the page is full.
        public var end: CanonicalID?
    }

    /// Looks at the messages behind an id.
    ///
    /// There is no index on what is in flight: it would cost each message two more writes. Page by page the walk over a
    /// large table is many short statements instead of a long one.
    public static func page(after id: CanonicalID, rows: Int) -> Statement<Page> {
        Statement(
            """
            with page as materialized (
                select id, status from message where id > \(id) order by id limit \(rows)
            )
            select (select id from page where status < 2 order by id limit 1),
                (select id from page order by id offset \(rows - 1) limit 1)
            """
        ) { result in
            Page(lowest: try result[0][0, as: CanonicalID?.self], end: try result[0][1, as: CanonicalID?.self])
        }
    }
}
