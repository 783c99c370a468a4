import CanonicalModel
import IntegrationSupport
import Postgres
import SyncStore
import Testing

@Suite("The policy's versions", .database)
struct PoliciesTests {
    @Test(
        "A decision holds its version to its commit: activation waits for it, and it for activation",
        arguments: [true, false])
    func activationAgainstDecision(decisionFirst: Bool) async throws {
        try await withStore { pool in
            #expect(try await Policies.install("one", by: "migrate", reason: "first", on: pool) == 1)
            let decide: @Sendable (PostgresTransaction) async throws -> Int64? = {
                try await $0.run(Policies.hold, Policies.active).1
            }
            let activate: @Sendable (PostgresTransaction) async throws -> Int64? = { transaction in
                try await Policies.activate("two", by: "ada", reason: "better", in: transaction)
            }
            if decisionFirst {
                let meeting = try await pool.meet(decide, activate)
                #expect(meeting.secondWaited)
                #expect(try meeting.first.get() == 1)
                #expect(try meeting.second.get() == 2)
            } else {
                let meeting = try await pool.meet(activate, decide)
                #expect(meeting.secondWaited)
                #expect(try meeting.second.get() == 2)
            }
            let history = try await pool.run(Policies.history)
            #expect(history.map(\.number) == [2, 1])
            #expect(history.map(\.isActive) == [true, false])
            #expect(history[0].document == "two" && history[0].hash == Policies.hash(of: "two"))
        }
    }

    @Test("Two decisions hold the policy together")
    func shared() async throws {
        try await withStore { pool in
            _ = try await Policies.install("one", by: "migrate", reason: "first", on: pool)
            let decide: @Sendable (PostgresTransaction) async throws -> Int64? = {
                try await $0.run(Policies.hold, Policies.active).1
            }
            #expect(try await pool.meet(decide, decide).secondWaited == false)
        }
    }

    @Test("The shipped policy is installed once, however many migrate at once")
    func onlyFirst() async throws {
        try await withStore { pool in
            let numbers = try await withThrowingTaskGroup(of: Int64?.self) { group in
                for _ in 0..<4 {
                    group.addTask {
                        try await Policies.install("x", by: "migrate", reason: "first", onlyFirst: true, on: pool)
                    }
                }
                return try await group.reduce(into: [Int64?]()) { $0.append($1) }
            }
            #expect(numbers.compactMap(\.self) == [1])
        }
    }
}
