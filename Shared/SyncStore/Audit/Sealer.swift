internal import CanonicalModel
public import Logging
public import Postgres

/// Takes audit rows into the hash chain, signs its head, and copies seals into a file outside of the database.
///
/// One sealer works at a time, by an advisory lock; a second one that comes meanwhile goes on behind the first. Rows are
/// found by having no link in the chain yet, whenever their transaction was committed.
public struct Sealer: Sendable {
    private let key: SealingKey
    private let anchors: AnchorFile?
    private let pool: PostgresPool
    private let logger: Logger
    /// How many rows are taken in one transaction.
    private let batch: Int
    /// Rows younger than this are found at each turn; older ones by a full search.
    ///
    /// Each turn reads so many again.
    private let tail: Duration

    /// Makes a sealer.
    ///
    /// - Parameters:
    ///   - anchors: where seals are copied to; nil keeps no copies.
    ///   - tail: how far back `seal` looks unless it searches everything.
    public init(
        key: SealingKey, anchors: AnchorFile?, pool: PostgresPool, logger: Logger, batch: Int = 2000,
        tail: Duration = .seconds(30)
    ) {
        self.key = key
        self.anchors = anchors
        self.pool = pool
        self.logger = logger
        self.batch = batch
        self.tail = tail
    }

    private static let lock = AdvisoryLock.named("audit chain")

    /// Seals what is committed and not sealed yet.
    ///
    /// - Parameter everything: whether rows older than the tail are searched for, too: at the start, and once in a while.
    /// - Returns: how many rows were sealed.
    @discardableResult
    public func seal(everything: Bool = false) async throws -> Int {
        var sealed = 0
        while true {
            let count = try await sealBatch(everything: everything)
            sealed += count
            if count < batch || Task.isCancelled { return sealed }
        }
    }

    private func sealBatch(everything: Bool) async throws -> Int {
        let floor: SQL =
            everything
            ? "'00000000-0000-0000-0000-000000000000'" : "id_at(statement_timestamp() - \(SQL.interval(tail)))"
        return try await pool.withTransaction { transaction in
            // Looked up behind the lock, so that everything that another sealer has committed is seen.
            let (_, last, rows, now) = try await transaction.run(
                AdvisoryLock.take([Self.lock]), Self.last,
                Statement(
                    """
                    select \(AuditChain.Row.columns) from audit a
                    where a.id >= \(floor) and not exists (
                        select from chain c where c.audit = a.id and c.audit >= \(floor))
                    order by a.id limit \(batch)
                    """
                ) { try $0.map { try AuditChain.Row($0) } },
                Statement("select clock_timestamp()") { try $0[0][0, as: Instant.self] })
            guard !rows.isEmpty else { return 0 }
            var chain = last
            let first = chain.position + 1
            let heads = rows.map { chain.add($0) }
            let seal = try Seal(
                position: chain.position, entries: rows.count, head: chain.head, sealedAt: now, key: key)
            try await transaction.commit(running: [
                Statement(
                    """
                    insert into chain (position, audit, head)
                    select * from unnest(\(Array(first...chain.position)), \(rows.map(\.id)), \(heads))
                    """),
                Statement(
                    """
                    insert into seal (last_position, entries, head, signature, key_id, sealed_at)
                    values (
                        \(seal.position), \(Int32(clamping: seal.entries)), \(seal.head), \(seal.signature),
                        \(seal.keyID), \(seal.sealedAt))
                    """),
            ])
            return rows.count
        }
    }

    /// Copies the newest seal into the anchor file, unless it is there already.
    ///
    /// - Returns: the seal that was copied.
    @discardableResult
    public func anchor() async throws -> Seal? {
        guard let anchors else { return nil }
        let newest: Statement<Seal?> = Statement(
            """
            select \(AuditVerifier.sealColumns) from seal where anchored_at is null
                and last_position = (select max(last_position) from seal)
            """
        ) { try $0.first.map { try Seal($0) } }
        guard let seal = try await pool.run(newest) else { return nil }
        // The file first: a crash in between writes the same anchor twice, never none.
        try anchors.append(seal)
        try await pool.run(
            Statement("update seal set anchored_at = clock_timestamp() where last_position = \(seal.position)"))
        logger.info("the audit chain was anchored", metadata: ["count": "\(seal.position)"])
        return seal
    }

    /// The newest anchor, where the chain ends before it: the database was restored from a backup, or its end was cut off.
    public func lostAnchor() async throws -> Seal? {
        guard let newest = try anchors?.read().max(by: { $0.sealedAt < $1.sealedAt }) else { return nil }
        return try await pool.run(AuditLog.chainEnd) < newest.position ? newest : nil
    }

    private static var last: Statement<AuditChain> {
        Statement("select position, head from chain order by position desc limit 1") { result in
            guard let row = result.first else { return AuditChain() }
            return AuditChain(position: try row[0, as: Int64.self], head: try row[1, as: [UInt8].self])
        }
    }
}

extension Seal {
    init(_ row: PostgresRow) throws {
        self.init(
            position: try row[0, as: Int64.self], entries: try row[1, as: Int.self], head: try row[2, as: [UInt8].self],
            signature: try row[3, as: [UInt8].self], keyID: try row[4, as: String.self],
            sealedAt: try row[5, as: Instant.self])
    }
}
