public import Testing

/// Gives each test a schema of its own in a real database, and a prefix of its own for names at a real broker.
///
/// Without the servers the tests are skipped, visibly.
public struct IntegrationTrait: TestTrait, SuiteTrait, TestScoping {
    fileprivate let servers: [IntegrationServer]

    /// Applied to a suite, it holds for each of its tests.
    public var isRecursive: Bool {
        true
    }

    /// Skips the test when a server is missing.
    public func prepare(for test: Test) async throws {
        let missing = servers.filter { $0.url == nil }.map(\.variable)
        let comment: Comment = "\(missing.joined(separator: " and ")) not set: run ./deploy/local test"
        try await ConditionTrait.enabled(if: missing.isEmpty, comment).prepare(for: test)
    }

    /// Makes the schema, runs the test and drops the schema.
    public func provideScope(
        for test: Test, testCase: Test.Case?, performing function: @Sendable () async throws -> Void
    ) async throws {
        try await IntegrationSpace.provide(function)
    }
}

extension Trait where Self == IntegrationTrait {
    /// The test needs the database and the broker.
    public static var integration: Self {
        IntegrationTrait(servers: [.database, .broker])
    }

    /// The test needs the database.
    public static var database: Self {
        IntegrationTrait(servers: [.database])
    }
}

extension Trait where Self == ConditionTrait {
    /// The test looks at what a session of the database keeps: it is skipped behind a pooler, which hands sessions out.
    public static var ownSession: Self {
        .disabled(
            if: IntegrationServer.database.url?.contains("pooler=transaction") == true,
            "a pooler stands before the database, so that no session is the test's own")
    }
}
