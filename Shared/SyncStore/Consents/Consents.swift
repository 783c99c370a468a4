public import CanonicalModel
internal import Postgres

/// Consents: how each connection can be connected, and who was asked.
public enum Consents {
    /// For how long a state is good.
    public static let lifetime = Duration.seconds(600)
    /// The most consents of a connection that may be open at once.
    public static let mostOpen = 20
    /// How far back a state is looked for: what is older is as good as unknown.
    private static let memory = Duration.seconds(3600)
    /// For how long consents are kept that have connected nothing.
    private static let retention = Duration.seconds(30 * 86_400)

    /// Writes how a connection can be connected.
    ///
    /// It waits for a consent from the first time on that nothing else could bring its credentials.
    public static func declare(_ offer: ConsentOffer, account: String) -> [Statement<Void>] {
        [
            Statement(
                """
                insert into consent_offer as o (connection, title, authorize_url, proves_key, obstacle, awaited_since)
                values (
                    \(offer.connection), \(offer.title), \(SQL.null(offer.way.authorizeURL)), \(offer.way.provesKey),
                    \(SQL.null(offer.way.obstacle)),
                    case when \(offer.isNeeded) and not exists (select from account where id = \(account))
                        then clock_timestamp() end)
                on conflict (connection) do update set
                    title = excluded.title, authorize_url = excluded.authorize_url, proves_key = excluded.proves_key,
                    obstacle = excluded.obstacle, declared_at = now(),
                    awaited_since = case when excluded.awaited_since is not null
                        then coalesce(o.awaited_since, excluded.awaited_since) end
                """),
            Statement(
                """
                delete from consent where connection = \(offer.connection)
                    and asked_at < clock_timestamp() - \(SQL.interval(retention))
                    and outcome is distinct from 'connected'
                """),
        ]
    }

    /// How a connection can be connected; nil where no adapter has said so.
    public static func offer(of connection: ConnectionID) -> Statement<ConsentOffer?> {
        Statement(
            """
            select title, authorize_url, proves_key, obstacle, awaited_since is not null
            from consent_offer where connection = \(connection)
            """
        ) { result in
            try result.first.map { row in
                let url = try row[1, as: String?.self]
                let provesKey = try row[2, as: Bool.self]
                let obstacle = try row[3, as: String?.self]
                return ConsentOffer(
                    connection: connection, title: try row[0, as: String.self],
                    way: url.map { .open(authorizeURL: $0, provesKey: provesKey) } ?? .closed(obstacle ?? ""),
                    isNeeded: try row[4, as: Bool.self])
            }
        }
    }

    /// Begins a consent.
    ///
    /// - Returns: until when its state is good; nil where too many of the connection are open, and nothing was written.
    public static func begin(
        _ id: CanonicalID, of connection: ConnectionID, stateDigest: [UInt8], sealedVerifier: [UInt8]?, by name: String
    ) -> Statement<Instant?> {
        Statement(
            """
            insert into consent (id, connection, state_digest, sealed_verifier, asked_by, expires_at)
            select \(id), \(connection), \(stateDigest), \(SQL.null(sealedVerifier)), \(name), \(SQL.after(lifetime))
            where (
                select count(*) from consent
                where connection = \(connection) and used_at is null and expires_at > clock_timestamp()
            ) < \(mostOpen)
            returning expires_at
            """
        ) { try $0.first?[0, as: Instant.self] }
    }

    /// The consents of a connection among which a state is looked for.
    public static func recent(of connection: ConnectionID) -> Statement<[Consent]> {
        Statement(
            """
            select \(columns) from consent
            where connection = \(connection) and asked_at > clock_timestamp() - \(SQL.interval(memory))
            order by asked_at desc limit 1000
            """
        ) { result in try result.map { try Consent($0) } }
    }

    /// A consent; nil where there is none of that id.
    public static func find(_ id: CanonicalID) -> Statement<Consent?> {
        Statement("select \(columns) from consent where id = \(id)") { result in
            try result.first.map { try Consent($0) }
        }
    }

    /// A consent whose row is held until the transaction ends, so that one call-back at a time uses it.
    public static func hold(_ id: CanonicalID) -> Statement<Consent?> {
        Statement("select \(columns) from consent where id = \(id) for no key update") { result in
            try result.first.map { try Consent($0) }
        }
    }

    /// Uses up a consent that is held.
    public static func use(_ id: CanonicalID, _ outcome: Consent.Outcome, vendorAccount: String?) -> Statement<Void> {
        Statement(
            """
            update consent set used_at = clock_timestamp(), outcome = \(outcome),
                vendor_account = \(SQL.null(vendorAccount?.storable))
            where id = \(id)
            """)
    }

    /// Notes that an account has credentials now: none of its connections waits for them any more.
    public static func connected(_ account: String) -> Statement<Void> {
        Statement(
            """
            update consent_offer set awaited_since = null
            where connection in (select id from connection where account = \(account)) and awaited_since is not null
            """)
    }

    /// The account that a connection was connected to by its last consent; nil where there was none, or nobody knows.
    public static func lastAccount(of connection: ConnectionID) -> Statement<String?> {
        Statement(
            """
            select vendor_account from consent
            where connection = \(connection) and outcome = 'connected' and vendor_account is not null
            order by used_at desc limit 1
            """
        ) { try $0.first?[0, as: String.self] }
    }

    private static let columns: SQL = """
        id, connection, state_digest, sealed_verifier, asked_by, expires_at, expires_at <= clock_timestamp(), used_at,
        outcome, vendor_account
        """
}

extension Consent {
    fileprivate init(_ row: PostgresRow) throws {
        id = try row[0, as: CanonicalID.self]
        connection = try row[1, as: ConnectionID.self]
        stateDigest = try row[2, as: [UInt8].self]
        sealedVerifier = try row[3, as: [UInt8]?.self]
        askedBy = try row[4, as: String.self]
        expiresAt = try row[5, as: Instant.self]
        isExpired = try row[6, as: Bool.self]
        usedAt = try row[7, as: Instant?.self]
        outcome = try row[8, as: Outcome?.self]
        vendorAccount = try row[9, as: String?.self]
    }
}
