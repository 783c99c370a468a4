import CanonicalModel
import Crypto
import IntegrationSupport
import Postgres
import SyncStore
import Testing

@Suite("Accounts and their budgets", .database)
struct AccountsTests {
    private let box = try? SecretBox(current: Array(repeating: 7, count: 32))

    @Test("R20.4: two replicas that refresh at once make one call, and both use what it brought")
    func singleFlight() async throws {
        try await withStore { pool in
            let accounts = Accounts(box: try #require(box))
            let first = Accounts.Refreshed(secret: Array("old".utf8), expiresAt: Instant(seconds: 1))
            try await pool.run(accounts.store(first, of: "a"))
            let stale = try #require(try await pool.run(accounts.find("a")))
            #expect(stale.secret == first.secret && stale.version == 1)
            let calls = Counter()
            let answers = try await withThrowingTaskGroup(of: Accounts.Credentials.self) { group in
                for _ in 0..<4 {
                    group.addTask {
                        try await accounts.refresh("a", after: stale.version, on: pool) { _ in
                            calls.increment()
                            // Until the others wait for the row.
                            _ = try await pool.isBlocked { false }
                            return Accounts.Refreshed(secret: Array("new".utf8), expiresAt: nil)
                        }
                    }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(calls.value == 1)
            #expect(answers.allSatisfy { $0.secret == Array("new".utf8) && $0.version == 2 })
            #expect(try await pool.run(accounts.find("a"))?.version == 2)
        }
    }

    @Test("A refresh that fails leaves everything as it was")
    func failedRefresh() async throws {
        try await withStore { pool in
            let accounts = Accounts(box: try #require(box))
            try await pool.run(accounts.store(.init(secret: [1], expiresAt: nil), of: "a"))
            await #expect(throws: CancellationError.self) {
                _ = try await accounts.refresh("a", after: 1, on: pool) { _ in throw CancellationError() }
            }
            #expect(try await pool.run(accounts.find("a"))?.version == 1)
            await #expect {
                _ = try await accounts.refresh("b", after: 1, on: pool) { _ in throw CancellationError() }
            } throws: {
                ($0 as? StoreError)?.code == .notFound
            }
        }
    }

    @Test("No secret stands in the database; it opens for its own account only, and with both keys during a rotation")
    func sealed() async throws {
        try await withStore { pool in
            let old = Array(repeating: UInt8(7), count: 32)
            let new = Array(repeating: UInt8(8), count: 32)
            let before = Accounts(box: try SecretBox(current: old))
            try await pool.run(before.store(.init(secret: Array("refresh-token".utf8), expiresAt: nil), of: "a"))
            let bytes = try await pool.query("select sealed from account")[0][0, as: [UInt8].self]
            #expect(!String(decoding: bytes, as: UTF8.self).contains("refresh-token"))

            let during = Accounts(box: try SecretBox(current: new, previous: [old]))
            #expect(try await pool.run(during.find("a"))?.secret == Array("refresh-token".utf8))
            let row = try #require(try await pool.run(during.rows(behind: "", isStale: true, limit: 9)).first)
            #expect(during.opens(row) && row.sealed.keyID != during.currentKeyID)
            #expect(try await pool.run(Accounts.replace([try during.sealAnew(row)])) == ["a"])
            #expect(try await pool.run(during.rows(behind: "", isStale: true, limit: 9)).isEmpty)
            #expect(try await pool.run(during.find("a"))?.version == 1, "the tokens are the same")
            let after = Accounts(box: try SecretBox(current: new))
            #expect(try await pool.run(after.find("a"))?.secret == Array("refresh-token".utf8))
            await #expect { _ = try await pool.run(before.find("a")) } throws: {
                ($0 as? StoreError)?.code == .unsealable
            }
            try await pool.execute("update account set id = 'b'")
            await #expect { _ = try await pool.run(after.find("b")) } throws: {
                ($0 as? StoreError)?.code == .unsealable
            }
            #expect(throws: StoreError.self) { try SecretBox(current: [1, 2, 3]) }
        }
    }

    @Test("R18.4: tokens that are refreshed while they are sealed anew are neither overwritten nor waited for")
    func refreshedMeanwhile() async throws {
        try await withStore { pool in
            let old = Array(repeating: UInt8(7), count: 32)
            let new = Array(repeating: UInt8(8), count: 32)
            let before = Accounts(box: try SecretBox(current: old, previous: [new]))
            let after = Accounts(box: try SecretBox(current: new, previous: [old]))
            for account in ["a", "b", "c"] {
                try await pool.run(before.store(.init(secret: Array("old".utf8), expiresAt: nil), of: account))
            }
            let stale = try await pool.run(after.rows(behind: "", isStale: true, limit: 9))
            let anew = try stale.map { try after.sealAnew($0) }
            #expect(anew.map(\.before.account) == ["a", "b", "c"])
            // One refresh has come to its end, the other one waits for its vendor.
            _ = try await before.refresh("a", after: 1, on: pool) { _ in
                Accounts.Refreshed(secret: Array("spent no more".utf8), expiresAt: nil)
            }
            _ = try await before.refresh("b", after: 1, on: pool) { _ in
                let replaced = try await pool.run(Accounts.replace(anew))
                #expect(replaced == ["c"])
                return Accounts.Refreshed(secret: Array("fresh".utf8), expiresAt: nil)
            }
            for (account, secret) in [("a", "spent no more"), ("b", "fresh"), ("c", "old")] {
                #expect(try await pool.run(after.find(account))?.secret == Array(secret.utf8))
            }
            let left = try await pool.run(after.rows(behind: "", isStale: true, limit: 9))
            #expect(left.map(\.account) == ["a", "b"])
            #expect(try await pool.run(after.rows(behind: "a", isStale: true, limit: 9)).map(\.account) == ["b"])
            #expect(try await pool.run(after.rows(behind: "", limit: 2)).map(\.account) == ["a", "b"])
        }
    }

    @Test("The budget grants what it has, tells the wait, keeps a reserve for dispatch, and honours a block")
    func budget() async throws {
        try await withStore { pool in
            try await pool.run(RateBudgets.declare("a", burst: 10, perSecond: 0.001))
            #expect(try await pool.run(RateBudgets.take(1, of: "nobody")) == .granted(1))
            for _ in 0..<5 {
                #expect(try await pool.run(RateBudgets.take(1, of: "a", reserve: 0.5)) == .granted(1))
            }
            guard case .wait(let wait, let perSecond) = try await pool.run(RateBudgets.take(1, of: "a", reserve: 0.5))
            else {
                Issue.record("the reserve was touched")
                return
            }
            #expect(wait > .seconds(900) && wait <= .seconds(1000))
            #expect(perSecond == 0.001)
            #expect(try await pool.run(RateBudgets.take(5, of: "a")) == .granted(5))
            #expect(try await pool.run(RateBudgets.take(1, of: "a")) != .granted(1))
            try await pool.run(RateBudgets.declare("a", burst: 10, perSecond: 1000))
            try await pool.run(RateBudgets.block("a", for: .seconds(60)))
            try await pool.run(RateBudgets.block("a", for: .seconds(1)))
            guard case .wait(let block, _) = try await pool.run(RateBudgets.take(1, of: "a")) else {
                Issue.record("the block was not honoured")
                return
            }
            #expect(block > .seconds(50) && block <= .seconds(60))
        }
    }

    @Test("Replicas that draw at once never draw more than there is")
    func sharedBudget() async throws {
        try await withStore { pool in
            try await pool.run(RateBudgets.declare("a", burst: 20, perSecond: 0.001))
            let granted = try await withThrowingTaskGroup(of: Int.self) { group in
                for _ in 0..<8 {
                    group.addTask {
                        var granted = 0
                        for _ in 0..<10 {
                            if try await pool.run(RateBudgets.take(1, of: "a")) == .granted(1) { granted += 1 }
                        }
                        return granted
                    }
                }
                return try await group.reduce(0, +)
            }
            #expect(granted == 20)
        }
    }
}
