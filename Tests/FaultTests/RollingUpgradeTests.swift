import Foundation
import IntegrationSupport
import Postgres
import SystemSupport
import Testing

/// An upgrade from programs of the release before this one: those in the folder `PLUMBLINE_TEST_OLDER_PROGRAMS`.
@Suite(
    "An upgrade from the release before", .integration, .serialized, .timeLimit(.minutes(8)),
    .enabled(if: OlderRelease.programs != nil, "PLUMBLINE_TEST_OLDER_PROGRAMS names no programs of that release"))
struct RollingUpgradeTests {
    private static let release = "PROGRAMS_OF_RELEASE"

    /// In which order services are replaced: the senders of commands first, and last.
    private static let orders: [[SystemService]] = [
        [.router, .reconciler, .crmAdapter, .fsmAdapter, .ledgerAdapter],
        [.ledgerAdapter, .crmAdapter, .fsmAdapter, .reconciler, .router],
    ]

    @Test(
        "R11.8: services are replaced one by one while the main job goes on; it ends right, once, and nothing is refused",
        arguments: orders)
    func replaced(_ order: [SystemService]) async throws {
        try await withSystem(on: try IntegrationSpace.required().servers, try Self.settings()) { system in
            for connection in ["hubspot", "jobber", "quickbooks"] { try await system.isPrepared(connection) }
            let before = try await WrittenMessages.count(in: 1, system)
            let story = try await PlayedStory("roofing", patience: .seconds(180), on: system)
            do {
                try await eventually("work is under way", within: .seconds(60)) {
                    try await WrittenMessages.count(in: 1, system).areBoth(beyond: before)
                }
                let migrated = try await system.plumbline(["migrate", "--policy", system.policy, "--as", "test"])
                #expect(migrated.code == 0, "\(migrated.text)")
                #expect(try await system.plumbline(["upgrade", "show", "--check"]).code == 1)
                for service in order {
                    let refused = try await system.plumbline(["upgrade", "finish", "--reason", "too early"])
                    #expect(refused.code == 1 && refused.text.contains(service.rawValue), "\(refused.text)")
                    try await replace(service, of: system)
                }
                #expect(!story.hasEnded, "the upgrade was slower than the work that it is to be seen under")
                try await story.endsWell()
            } catch {
                await story.abandon()
                throw error
            }
            try await Outcome.check(system, "replaced in the order \(order)")
            #expect(try await WrittenMessages.count(in: 2, system) == WrittenMessages())

            try await finish(system)
            try await PlayedStory("hvac", on: system).endsWell()
            #expect(try await WrittenMessages.count(in: 2, system).areBoth(beyond: WrittenMessages()))
            let letters = try await system.pool.query("select count(*) from dead_letter")[0][0, as: Int.self]
            #expect(letters == 0)
            try await isKeptOut(order[0], of: system)
        }
    }

    /// A system that begins with the older release.
    private static func settings() throws -> SystemSettings {
        let older = try #require(OlderRelease.programs)
        var settings = SystemSettings()
        // The job takes longer than the upgrade.
        settings.latencyMilliseconds = 400
        settings.migrator = older
        for service in SystemService.allCases {
            settings.environment[service] = [release: older]
            settings.commands[service] = ["sh", "-c", "exec \"$\(release)/\(service)\""]
        }
        return settings
    }

    private func replace(_ service: SystemService, of system: RunningSystem) async throws {
        #expect(try await system.terminate(service, within: .seconds(30)) == 0, "\(service)")
        try await system.start(service, adding: [Self.release: system.programs])
        try await system.isReady(service)
    }

    private func finish(_ system: RunningSystem) async throws {
        try await eventually("none of the older release is seen", within: .seconds(60)) {
            try await system.plumbline(["upgrade", "show", "--check"]).code == 0
        }
        let finished = try await system.plumbline(["upgrade", "finish", "--reason", "all are new"])
        #expect(finished.code == 0, "\(finished.text)")
    }

    /// One of the older release cannot be put back.
    private func isKeptOut(_ service: SystemService, of system: RunningSystem) async throws {
        #expect(try await system.terminate(service, within: .seconds(30)) == 0)
        try await system.start(service)
        try await eventually("the end of the older \(service)", within: .seconds(30)) { system.hasEnded(service) }
    }
}

private enum OlderRelease {
    /// The folder of its programs.
    static let programs = ProcessInfo.processInfo.environment["PLUMBLINE_TEST_OLDER_PROGRAMS"].flatMap {
        $0.isEmpty ? nil : $0
    }
}
