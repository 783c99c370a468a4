public import CanonicalModel
public import Postgres
internal import SyncCore
internal import SyncStore

/// Shows which keys have sealed what, and seals it under another one.
public struct KeyOperations: Sendable {
    private let pool: PostgresPool
    private let now: @Sendable () -> Instant
    /// The most rows that are read, and written, at once.
    private let batch: Int

    /// Takes the database and the clock.
    public init(_ pool: PostgresPool, now: @escaping @Sendable () -> Instant, batch: Int = 100) {
        self.pool = pool
        self.now = now
        self.batch = batch
    }

    /// Counts what each key has sealed and signed; what is sealed is opened for it, and its content forgotten.
    public func list(_ keys: KeyRing) async throws -> KeyListing {
        var tokens = KeyListing(try keys.masterKeys(), of: .tokens)
        let accounts = try keys.accounts()
        // Without a key nothing is opened, whatever the box; it only reads rows.
        let reader = try accounts ?? Accounts(box: SecretBox(current: Array(repeating: 0, count: 32)))
        var last = ""
        while true {
            let rows = try await pool.run(reader.rows(behind: last, limit: batch))
            for row in rows {
                let isReadable = accounts?.opens(row) ?? false
                tokens.add(of: .tokens, sealedBy: row.sealed.keyID, isReadable: isReadable, account: row.account)
            }
            guard let end = rows.last, rows.count == batch else { break }
            last = end.account
        }
        let auditKeys = try keys.auditKeys()
        var seals = KeyListing(auditKeys, of: .seals)
        let counts = try await pool.run(Seal.countsByKey)
        for (key, count) in counts.sorted(by: { $0.key < $1.key }) {
            seals.add(count, of: .seals, sealedBy: key, isReadable: auditKeys.contains { $0.id == key })
        }
        tokens.rows += seals.rows
        return tokens
    }

    /// Seals under the current key what another one has sealed, in batches; each is recorded in the audit log with it.
    ///
    /// Tokens that were refreshed meanwhile stay as they are. Where that left them under another key they are tried again, a
    /// few times; what is left then, or cannot be opened, is named in what this returns. It may be broken off and run again.
    ///
    /// - Parameters:
    ///   - rounds: how often everything is gone through.
    ///   - pause: waits from one round to the next.
    ///   - progress: gets the state after each batch.
    /// - Throws: `OperationFailure` without a current master key.
    public func reseal(
        _ keys: KeyRing, by name: String, reason: String, rounds: Int = 5,
        pause: () async throws -> Void = { try await Task.sleep(for: .seconds(2)) },
        progress: (KeyResealing) async throws -> Void = { _ in }
    ) async throws -> KeyResealing {
        guard keys.master != nil, let accounts = try keys.accounts() else { throw Self.noKey }
        var state = KeyResealing(key: accounts.currentKeyID)
        for round in 1...max(rounds, 1) {
            if round > 1 { try await pause() }
            state.unopened = [:]
            state.busy = []
            var last = ""
            while true {
                let rows = try await pool.run(accounts.rows(behind: last, isStale: true, limit: batch))
                guard let end = rows.last else { break }
                last = end.account
                var anew: [Accounts.Resealed] = []
                for row in rows {
                    do throws(StoreError) {
                        anew.append(try accounts.sealAnew(row))
                    } catch {
                        state.unopened[row.account] = error.message
                    }
                }
                let done = try await store(anew, by: name, reason: reason)
                state.done += done.count
                state.busy += anew.map(\.before.account).filter { !done.contains($0) }
                try await progress(state)
            }
            if state.busy.isEmpty { break }
        }
        return state
    }

    /// Removes tokens that nobody can open any more, recorded in the audit log: each account begins anew with the refresh token
    /// that its connection's file declares.
    ///
    /// - Parameter key: the id of the key that is lost.
    /// - Returns: the accounts.
    /// - Throws: `OperationFailure` when that key is at hand, when no master key is, or when nothing is sealed by that key.
    public func discard(
        sealedBy key: String, _ keys: KeyRing, by name: String, reason: String
    ) async throws -> [String] {
        guard keys.master != nil else { throw Self.noKey }
        guard try !keys.masterKeys().contains(where: { $0.id == key }) else {
            throw OperationFailure("the key \(key) is at hand: nothing is lost; run plumbline keys reseal")
        }
        let moment = now()
        return try await pool.withTransaction { transaction in
            let accounts = try await transaction.run(Accounts.discard(sealedBy: key)).sorted()
            guard !accounts.isEmpty else {
                throw OperationFailure("no tokens are sealed by \(key); plumbline keys list shows the keys in use")
            }
            let entry = Self.entry(
                "keys discard", ["sealed_by": .string(key)], accounts, by: name, reason: reason, at: moment)
            try await transaction.commit(running: AuditLog.insert([entry]))
            return accounts
        }
    }

    private func store(_ anew: [Accounts.Resealed], by name: String, reason: String) async throws -> [String] {
        guard let key = anew.first?.sealed.keyID else { return [] }
        let moment = now()
        return try await pool.withTransaction { transaction in
            let done = try await transaction.run(Accounts.replace(anew)).sorted()
            guard !done.isEmpty else { return [] }
            let entry = Self.entry("keys reseal", ["key": .string(key)], done, by: name, reason: reason, at: moment)
            try await transaction.commit(running: AuditLog.insert([entry]))
            return done
        }
    }

    private static func entry(
        _ operation: String, _ details: JSONObject, _ accounts: [String], by name: String, reason: String,
        at moment: Instant
    ) -> AuditEntry {
        var body = details
        body["operation"] = .string(operation)
        body["reason"] = .string(reason)
        body["accounts"] = .array(accounts.map { .string($0) })
        return AuditEntry(
            id: IDSource.random.next(moment), at: moment,
            note: AuditNote(.operated, actor: name, body: JSONValue.object(body).serialised()))
    }

    private static var noKey: OperationFailure {
        OperationFailure(
            "there is no master key: set PLUMBLINE_MASTER_KEY_FILE or …_COMMAND as the adapters have it")
    }
}
