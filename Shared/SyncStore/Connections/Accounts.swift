public import CanonicalModel
public import Postgres

/// The credentials of accounts, sealed.
///
/// The content is the session's own matter: an access token, a refresh token and what else it needs, as bytes.
public struct Accounts: Sendable {
    /// Credentials as they are in use.
    public struct Credentials: Sendable, Hashable {
        /// What the session keeps.
        public var secret: [UInt8]
        /// When the access token ends; nil for one that does not.
        public var expiresAt: Instant?
        /// Counts the refreshes, from 1.
        public var version: Int64
    }

    /// What a refresh brings.
    public struct Refreshed: Sendable {
        /// What the session keeps from now on.
        public var secret: [UInt8]
        /// When the access token ends; nil for one that does not.
        public var expiresAt: Instant?

        /// Takes the parts.
        public init(secret: [UInt8], expiresAt: Instant?) {
            self.secret = secret
            self.expiresAt = expiresAt
        }
    }

    let box: SecretBox

    /// Takes the box that seals and opens.
    public init(box: SecretBox) {
        self.box = box
    }

    /// The credentials of an account; nil where it has none.
    public func find(_ account: String) -> Statement<Credentials?> {
        Statement("select sealed, key_id, expires_at, version from account where id = \(account)") { result in
            try result.first.map { try credentials($0, of: account) }
        }
    }

    /// Writes the credentials of an account, such as after a person has connected it.
    public func store(_ refreshed: Refreshed, of account: String) throws(StoreError) -> Statement<Void> {
        let sealed = try box.seal(refreshed.secret, for: purpose(account))
        return Statement(
            """
            insert into account as a (id, key_id, sealed, expires_at)
            values (\(account), \(sealed.keyID), \(sealed.bytes), \(SQL.null(refreshed.expiresAt)))
            on conflict (id) do update set key_id = excluded.key_id, sealed = excluded.sealed,
                expires_at = excluded.expires_at, version = a.version + 1, refreshed_at = clock_timestamp()
            """)
    }

    /// Writes the first credentials of an account, or takes the place of a version of them; what another replica has
    /// written meanwhile stays.
    public func begin(
        _ refreshed: Refreshed, of account: String, replacing version: Int64?
    ) throws(StoreError) -> Statement<Void> {
        let sealed = try box.seal(refreshed.secret, for: purpose(account))
        return Statement(
            """
            insert into account as a (id, key_id, sealed, expires_at)
            values (\(account), \(sealed.keyID), \(sealed.bytes), \(SQL.null(refreshed.expiresAt)))
            on conflict (id) do update set key_id = excluded.key_id, sealed = excluded.sealed,
                expires_at = excluded.expires_at, version = a.version + 1, refreshed_at = clock_timestamp()
                where a.version = \(version ?? 0)
            """)
    }

    /// Refreshes credentials, one replica at a time, and stores the new ones before anyone uses them.
    ///
    /// The account's row is locked for the time of the call, since a vendor that rotates refresh tokens takes each one
    /// only once. Whoever waited gets what the other has stored, without a call.
    ///
    /// - Parameters:
    ///   - version: of the credentials that no longer work.
    ///   - timeout: how long to wait for another replica's refresh.
    ///   - call: asks the vendor; it must end within the lease that a database connection may be lent for.
    /// - Throws: what `call` throws, after which everything is as before; `notFound` where there are no credentials.
    public func refresh(
        _ account: String, after version: Int64, on pool: PostgresPool, timeout: Duration = .seconds(60),
        _ call: @Sendable (Credentials) async throws -> Refreshed
    ) async throws -> Credentials {
        try await pool.withTransaction(retries: 0) { transaction in
            let rows = try await transaction.query(
                """
                select sealed, key_id, expires_at, version from account where id = \(account) for no key update
                """, timeout: timeout)
            guard let row = rows.first else {
                throw StoreError(.notFound, "the account \(account) has no credentials; connect it first")
            }
            let current = try credentials(row, of: account)
            guard current.version == version else { return current }
            let refreshed = try await call(current)
            _ = try await transaction.commit(running: store(refreshed, of: account))
            return Credentials(secret: refreshed.secret, expiresAt: refreshed.expiresAt, version: version + 1)
        }
    }

    /// When the access token of each account ends; those without an end are left out.
    public static var endings: Statement<[String: Instant]> {
        Statement("select id, expires_at from account where expires_at is not null") { result in
            try result.reduce(into: [:]) { $0[try $1[0, as: String.self]] = try $1[1, as: Instant.self] }
        }
    }

    func purpose(_ account: String) -> String { "account/\(account)" }

    private func credentials(_ row: PostgresRow, of account: String) throws -> Credentials {
        let sealed = SecretBox.Sealed(keyID: try row[1, as: String.self], bytes: try row[0, as: [UInt8].self])
        return Credentials(
            secret: try box.open(sealed, for: purpose(account)), expiresAt: try row[2, as: Instant?.self],
            version: try row[3, as: Int64.self])
    }
}
