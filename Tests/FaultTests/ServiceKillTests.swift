import Foundation
import Glibc
import IntegrationSupport
import SystemSupport
import Testing

@Suite("Services that are killed in the middle of the main job", .integration, .serialized, .timeLimit(.minutes(5)))
struct ServiceKillTests {
    /// The instants: the same again with PLUMBLINE_TEST_SEED set to what was printed.
    static let seed =
        ProcessInfo.processInfo.environment["PLUMBLINE_TEST_SEED"].flatMap { UInt64($0) }
        ?? UInt64.random(in: 0..<1_000_000)

    @Test(
        "R13.3, R24.6: after three kill -9 of a service with work of its own in flight the main job ends right, once",
        arguments: SystemService.allCases)
    func killed(_ service: SystemService) async throws {
        let comment: Comment = "kills of \(service), seed \(Self.seed)"
        var settings = SystemSettings()
        // At full speed the work of a slight service is over before a look at it is.
        settings.latencyMilliseconds = 60
        try await withSystem(on: try IntegrationSpace.required().servers, settings) { system in
            let story = try await PlayedStory("roofing", on: system)
            do {
                let (scope, stride) = Self.work(of: service)
                let sabotage = Sabotage(
                    system: system, story: story, scope: scope, stride: stride, seed: Self.seed)
                try await sabotage.run {
                    try await system.kill(service, by: SIGKILL)
                } revive: {
                    try await system.restart(service)
                }
                try await story.endsWell()
            } catch {
                await story.abandon()
                throw error
            }
            try await Outcome.check(system, comment)
        }
    }

    /// Whose work must be in flight, and the most pieces of it between two kills; a story has some four times as many.
    private static func work(of service: SystemService) -> (OpenWork.Scope, stride: Int) {
        switch service {
        case .crmAdapter: (.connection("hubspot"), 18)
        case .fsmAdapter: (.connection("jobber"), 8)
        case .ledgerAdapter: (.connection("quickbooks"), 3)
        case .router: (.router, 6)
        case .reconciler: (.everything, 35)
        }
    }
}
