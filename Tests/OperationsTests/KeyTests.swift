import CanonicalModel
import Foundation
import IntegrationSupport
import Logging
import Operations
import Postgres
import StoreSupport
import SyncCore
import SyncStore
import Synchronization
import Testing

@Suite("Keys", .database)
struct KeyTests {
    private let old = [UInt8](repeating: 7, count: 32)
    private let new = [UInt8](repeating: 8, count: 32)
    private let lost = [UInt8](repeating: 9, count: 32)

    private func accounts(_ key: [UInt8], also other: [UInt8]? = nil) throws -> Accounts {
        Accounts(box: try SecretBox(current: key, previous: other.map { [$0] } ?? []))
    }

    private func id(_ key: [UInt8]) throws -> String { try SecretBox(current: key).currentKeyID }

    /// So many accounts, sealed under the old key.
    private func withAccounts(_ count: Int, _ body: (Estate, KeyOperations) async throws -> Void) async throws {
        try await Estate.run { estate in
            let sealing = try accounts(old)
            for number in 0..<count {
                let secret = Accounts.Refreshed(secret: Array("token \(number)".utf8), expiresAt: nil)
                try await estate.pool.run(sealing.store(secret, of: "account-\(number)"))
            }
            let now = estate.now
            try await body(estate, KeyOperations(estate.pool, now: { now }, batch: 2))
        }
    }

    /// What the audit log has of these commands, oldest first.
    private func entries(_ estate: Estate) async throws -> [JSONValue] {
        try await estate.pool.query(
            "select body from audit where position(\(Array("keys ".utf8)) in body) > 0 order by at, id"
        ).map { try JSONValue(parsing: $0[0, as: [UInt8].self]) }
    }

    @Test("R18.4: everything is sealed under the new key in batches, tokens as they were, each batch on record")
    func reseals() async throws {
        try await withAccounts(5) { estate, operations in
            let ring = KeyRing(master: new, previous: old)
            let steps = Mutex<[Int]>([])
            let result = try await operations.reseal(
                ring, by: "ada", reason: "the yearly change",
                progress: { state in steps.withLock { $0.append(state.done) } })
            #expect(result.isComplete && result.done == 5)
            let key = try id(new)
            #expect(result.key == key)
            #expect(steps.withLock { $0 } == [2, 4, 5])
            for number in 0..<5 {
                let found = try await estate.pool.run(accounts(new).find("account-\(number)"))
                #expect(found?.secret == Array("token \(number)".utf8) && found?.version == 1)
            }
            let entries = try await entries(estate)
            #expect(entries.count == 3)
            for entry in entries {
                #expect(entry["operation"].string == "keys reseal" && entry["reason"].string == "the yearly change")
            }
            let again = try await operations.reseal(ring, by: "ada", reason: "once more")
            #expect(again.isComplete && again.done == 0)
            #expect(try await self.entries(estate).count == 3, "nothing was done")
        }
    }

    @Test("What cannot be opened is named, stays as it is, and holds up nothing else")
    func unopened() async throws {
        try await withAccounts(3) { estate, operations in
            let foreign = Accounts.Refreshed(secret: [1], expiresAt: nil)
            try await estate.pool.run(accounts(lost).store(foreign, of: "account-0"))
            try await estate.pool.execute("update account set sealed = '\\x00' where id = 'account-1'")
            let result = try await operations.reseal(
                KeyRing(master: new, previous: old), by: "ada", reason: "a key has leaked",
                pause: { Issue.record("nothing is to be waited for") })
            #expect(!result.isComplete && result.done == 1)
            #expect(result.unopened.keys.sorted() == ["account-0", "account-1"])
            let key = try id(lost)
            #expect(result.unopened["account-0"]?.contains(key) == true)
            #expect(result.text.contains("NOT OPENED: the secret of account/account-0"))
            #expect(result.json["complete"].bool == false)
            #expect(try await estate.pool.run(accounts(lost).find("account-0"))?.secret == [1])
        }
    }

    @Test("Tokens that are refreshed under the old key meanwhile are sealed anew in the next round, or named as left")
    func busy() async throws {
        try await withAccounts(1) { estate, operations in
            let ring = KeyRing(master: new, previous: old)
            // An adapter that has not got the new key as its current one yet.
            let adapter = try accounts(old, also: new)
            let pool = estate.pool
            let rounds = Mutex(0)
            let result = try await adapter.refreshing("account-0", on: pool) {
                try await operations.reseal(
                    ring, by: "ada", reason: "test", rounds: 3, pause: { rounds.withLock { $0 += 1 } })
            }
            #expect(result.busy == ["account-0"] && !result.isComplete && result.done == 0)
            #expect(rounds.withLock { $0 } == 2)
            #expect(result.text.contains("then run this again"))
            #expect(try await pool.run(accounts(old).find("account-0"))?.secret == Array("refreshed".utf8))
            let next = try await operations.reseal(ring, by: "ada", reason: "test")
            #expect(next.isComplete && next.done == 1)
            #expect(try await pool.run(accounts(new).find("account-0"))?.secret == Array("refreshed".utf8))
        }
    }

    @Test("The listing tells which key has sealed what, and what the keys at hand can read")
    func listing() async throws {
        try await withAccounts(3) { estate, operations in
            try await estate.pool.run(
                accounts(lost).store(Accounts.Refreshed(secret: [1], expiresAt: nil), of: "account-2"))
            let log = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
            for key in [old, new] {
                let note = AuditNote(.operated, actor: "ada", body: [])
                let entry = AuditEntry(id: estate.id(), at: estate.now, note: note)
                try await estate.pool.run(AuditLog.insert([entry]))
                let sealer = Sealer(key: try SealingKey(key), anchors: nil, pool: estate.pool, logger: log)
                #expect(try await sealer.seal(everything: true) > 0)
            }
            let signers = try [old, new].map { try SealingKey($0) }
            let all = try await operations.list(
                KeyRing(master: new, previous: old, signing: new, publicKeys: [signers[0].verifyingKey.bytes]))
            let ids = try [new, old, lost].map { try id($0) }
            #expect(all.rows.map(\.key) == ids + [signers[1].id, signers[0].id])
            #expect(all.rows.map(\.values) == [0, 2, 1, 1, 1])
            #expect(all.rows.map(\.readable) == [0, 2, 0, 1, 1])
            #expect(all.rows[2].standing == .absent && all.rows[2].unreadable == ["account-2"] && !all.isReadable)
            #expect(all.text.contains("the tokens of account-2, sealed by \(ids[2]), cannot be opened"))
            #expect(all.csv.split(separator: "\r\n").count == 6)
            #expect(all.json.array?.count == 5)
            #expect(!(all.text + all.csv + all.json.jsonText).contains("token 0"))

            let none = try await operations.list(KeyRing())
            #expect(none.rows.map(\.readable) == [0, 0, 0, 0])
            #expect(none.rows.allSatisfy { $0.standing == .absent })
        }
    }

    @Test("Tokens of a lost key are removed on demand, and never those of a key that is at hand")
    func discards() async throws {
        try await withAccounts(2) { estate, operations in
            try await estate.pool.run(
                accounts(lost).store(Accounts.Refreshed(secret: [1], expiresAt: nil), of: "account-1"))
            let ring = KeyRing(master: new, previous: old)
            for (key, keys) in [(old, ring), (new, ring), (lost, KeyRing()), (lost, KeyRing(master: lost))] {
                await #expect(throws: OperationFailure.self) {
                    try await operations.discard(sealedBy: try id(key), keys, by: "ada", reason: "test")
                }
            }
            let gone = try await operations.discard(sealedBy: try id(lost), ring, by: "ada", reason: "the disk is gone")
            #expect(gone == ["account-1"])
            #expect(try await estate.pool.run(accounts(new, also: old).find("account-0")) != nil)
            #expect(try await estate.pool.run(accounts(new).find("account-1")) == nil)
            #expect(try await entries(estate).last?["operation"].string == "keys discard")
            await #expect(throws: OperationFailure.self) {
                try await operations.discard(sealedBy: try id(lost), ring, by: "ada", reason: "again")
            }
        }
    }
}

extension Accounts {
    /// Does something while a refresh holds the account and waits for the vendor.
    fileprivate func refreshing<Value: Sendable>(
        _ account: String, on pool: PostgresPool, _ body: @Sendable () async throws -> Value
    ) async throws -> Value {
        let result = Mutex<Value?>(nil)
        _ = try await refresh(account, after: 1, on: pool) { _ in
            let value = try await body()
            result.withLock { $0 = value }
            return Refreshed(secret: Array("refreshed".utf8), expiresAt: nil)
        }
        return try #require(result.withLock { $0 })
    }
}
