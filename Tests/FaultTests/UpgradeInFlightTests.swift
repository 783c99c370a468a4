import IntegrationSupport
import Postgres
import SystemSupport
import Testing

/// An upgrade's end on a whole system (deploy/runbooks/upgrade.md).
@Suite("An upgrade that is finished while work is in flight", .integration, .timeLimit(.minutes(4)))
struct UpgradeInFlightTests {
    @Test(
        """
        R11.8: the main job begins in the older version of messages and ends in the newer one, each effect once; \
        programs that a later release has left behind do not start
        """)
    func mainJob() async throws {
        var settings = SystemSettings()
        // At full speed the job is over before the upgrade is.
        settings.latencyMilliseconds = 60
        try await withSystem(on: try IntegrationSpace.required().servers, settings) { system in
            // What a database is like in which the release before this one has worked.
            try await system.pool.execute("update message_schema set written = 1")
            try await eventually("what was begun before is done") {
                try await OpenWork.pieces(.everything, in: system).isEmpty
            }
            let before = try await WrittenMessages.count(in: 2, system)
            let story = try await PlayedStory("roofing", on: system)
            do {
                try await eventually("an event and a command of version 1", within: .seconds(60)) {
                    try await WrittenMessages.count(in: 1, system).areBoth(beyond: WrittenMessages())
                }
                #expect(try await WrittenMessages.count(in: 2, system) == before)
                #expect(try await !OpenWork.pieces(.everything, in: system).isEmpty)
                let finished = try await system.plumbline(["upgrade", "finish", "--reason", "all are new"])
                #expect(finished.code == 0, "\(finished.text)")
                #expect(!story.hasEnded)
                try await story.endsWell()
            } catch {
                await story.abandon()
                throw error
            }
            try await Outcome.check(system, "an upgrade in flight")
            #expect(try await WrittenMessages.count(in: 2, system).areBoth(beyond: before))

            try await system.pool.execute("update message_schema set written = 9")
            for service in SystemService.allCases {
                #expect(try await system.terminate(service, within: .seconds(30)) == 0, "\(service)")
                try await system.start(service)
                try await eventually("the end of \(service)", within: .seconds(30)) { system.hasEnded(service) }
            }
            let logs = system.logs()
            for service in SystemService.allCases {
                #expect(logs.contains("\(service.rawValue): messages are written in version 9, and this program"))
            }
        }
    }
}
