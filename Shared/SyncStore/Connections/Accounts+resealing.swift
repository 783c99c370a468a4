internal import Postgres

extension Accounts {
    /// Credentials as their row holds them.
    public struct Row: Sendable, Hashable {
        /// Whose they are.
        public let account: String
        /// The sealed bytes, and the key that sealed them.
        public let sealed: SecretBox.Sealed
    }

    /// Credentials that were sealed anew, and are not stored yet.
    public struct Resealed: Sendable, Hashable {
        /// The row that they were read from.
        public let before: Row
        /// What shall take its place.
        public let sealed: SecretBox.Sealed
    }

    /// The rows behind an account, by its name; the first are behind the empty name.
    ///
    /// - Parameter isStale: whether only those are wanted that another key has sealed than the current one.
    public func rows(behind account: String, isStale: Bool = false, limit: Int) -> Statement<[Row]> {
        let other: SQL = isStale ? "and key_id <> \(box.currentKeyID)" : ""
        return Statement(
            """
            select id, key_id, sealed from account where id > \(account) \(other) order by id limit \(limit)
            """
        ) { result in
            try result.map { row in
                Row(
                    account: try row[0, as: String.self],
                    sealed: SecretBox.Sealed(
                        keyID: try row[1, as: String.self], bytes: try row[2, as: [UInt8].self]))
            }
        }
    }

    /// The key that seals.
    public var currentKeyID: String { box.currentKeyID }

    /// Says whether the keys at hand open a row.
    public func opens(_ row: Row) -> Bool {
        (try? box.open(row.sealed, for: purpose(row.account))) != nil
    }

    /// Opens a row and seals what it holds under the current key; nothing is stored yet.
    ///
    /// - Throws: `StoreError` with code `unsealable` when none of the keys opens it.
    public func sealAnew(_ row: Row) throws(StoreError) -> Resealed {
        let secret = try box.open(row.sealed, for: purpose(row.account))
        return Resealed(before: row, sealed: try box.seal(secret, for: purpose(row.account)))
    }

    /// Puts rows that were sealed anew in the place of those they were read from.
    ///
    /// A row that has changed meanwhile stays as it is, such as one whose tokens were refreshed: what was read is spent then.
    /// So does one that somebody is refreshing, since that ends with a vendor's answer.
    ///
    /// - Returns: the accounts of which it was done.
    public static func replace(_ rows: [Resealed]) -> Statement<[String]> {
        let ids = rows.map(\.before.account)
        return Statement(
            """
            with free as materialized (
                select id from account where id = any(\(ids)) for no key update skip locked
            )
            update account as a set key_id = anew.key_id, sealed = anew.sealed
            from unnest(
                \(ids), \(rows.map(\.before.sealed.bytes)), \(rows.map(\.sealed.keyID)), \(rows.map(\.sealed.bytes))
            ) as anew(id, before, key_id, sealed)
            where a.id = anew.id and a.sealed = anew.before and a.id in (select id from free)
            returning a.id
            """
        ) { result in try result.map { try $0[0, as: String.self] } }
    }

    /// Removes the credentials that a key has sealed; each account begins anew with the refresh token that is declared for it.
    ///
    /// - Returns: whose they were.
    public static func discard(sealedBy key: String) -> Statement<[String]> {
        Statement("delete from account where key_id = \(key) returning id") { result in
            try result.map { try $0[0, as: String.self] }
        }
    }
}
