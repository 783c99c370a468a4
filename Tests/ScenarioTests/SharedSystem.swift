import IntegrationSupport
import SystemSupport
import Testing

/// One running system for all tests of a suite: the adapter of the CRM and the router have two replicas each.
///
/// Tests keep out of each other's way by customers of their own.
struct SharedSystem: SuiteTrait, TestScoping {
    @TaskLocal private static var current: RunningSystem?

    static func required() throws -> RunningSystem { try #require(current) }

    func provideScope(
        for test: Test, testCase: Test.Case?, performing function: @Sendable () async throws -> Void
    ) async throws {
        var settings = SystemSettings()
        settings.replicas = [.crmAdapter: 2, .router: 2]
        // The limits of vendors have tests of their own; here they would only make the others wait.
        settings.liftsLimits = true
        settings.declarations = Dictionary(
            uniqueKeysWithValues: ["hubspot", "jobber", "quickbooks"].map {
                // A sweep of visits comes with every tenth poll.
                ($0, "rate_limit: 500/500\npoll_interval: \($0 == "jobber" ? 3 : 5)")
            })
        try await IntegrationSpace.provide { [settings] in
            let space = try IntegrationSpace.required()
            let servers = SystemServers(
                databaseURL: space.databaseURL, brokerURL: try #require(space.brokerURL), prefix: space.prefix)
            try await withSystem(on: servers, settings) { system in
                try await Self.$current.withValue(system) { try await function() }
            }
        }
    }
}

extension Trait where Self == SharedSystem {
    /// The tests of the suite work on one running system.
    static var sharedSystem: Self { SharedSystem() }
}
