import Foundation
import IntegrationSupport
import Postgres
import SandboxKit
import SandboxSupport
import SystemSupport
import Testing

@testable import Story

extension Scenarios {
    @Suite("Webhooks that never come") struct LostWebhooks {
        @Test("R24.4: a change in the field whose webhooks are lost is found by looking")
        func lostWebhook() async throws {
            let scene = try Scene()
            let work = try await scene.sale("Dryer vent").sell()
            let visit = try await scene.visit(work)
            try await scene.deal(work, "plumbline_job_status", "scheduled")
            try await scene.rest()
            try await scene.losing(scene.system.jobber) {
                try await scene.setup.field.complete(visit.id, of: work.job, by: "sam")
            }
            try await scene.deal(work, "plumbline_job_status", "completed")
        }

        @Test(
            "R24.4, R13.6: a visit that dispatch moves shows in the CRM though no webhook tells it"
        )
        func movedVisit() async throws {
            let scene = try Scene()
            let work = try await scene.sale("Exhaust fan").sell()
            let visit = try await scene.visit(work, hoursAgo: -20)
            try await scene.deal(work, "plumbline_job_status", "scheduled")
            try await scene.rest()
            let moved = Date.now.later(44).startOfHour
            try await scene.blindToChangedJobs {
                try await scene.losing(scene.system.jobber) {
                    try await scene.setup.field.reschedule(visit.id, from: moved, to: moved.later(2))
                }
                try await eventually("the deal shows the new time", within: .seconds(90)) {
                    let deal = try await scene.setup.sales.properties("deals", work.lead.deal)
                    return deal["plumbline_scheduled_start"].text?.prefix(16) == moved.minute
                        && deal["plumbline_eta"].text?.prefix(16) == moved.minute
                }
            }
        }

        @Test("R24.4, R13.6: a visit that is planned without a webhook shows in the CRM")
        func plannedVisit() async throws {
            let scene = try Scene()
            let work = try await scene.sale("Attic fan").sell()
            try await scene.deal(work, "plumbline_job_status", "unscheduled")
            try await scene.rest()
            try await scene.blindToChangedJobs {
                try await scene.losing(scene.system.jobber) { _ = try await scene.visit(work, hoursAgo: -30) }
                try await eventually("the deal shows the visit", within: .seconds(90)) {
                    let deal = try await scene.setup.sales.properties("deals", work.lead.deal)
                    return deal["plumbline_job_status"].text == "scheduled"
                        && deal["plumbline_crew"].text == "Sam Ortiz"
                }
            }
        }
    }
}

extension Scene {
    /// Loses all webhooks that a vendor would send of what the body does.
    fileprivate func losing(_ vendor: SandboxClient, _ body: () async throws -> Void) async throws {
        try await vendor.control("POST", "webhooks/hold")
        try await body()
        let dropped = try await vendor.control("POST", "webhooks/drop")
        #expect((dropped["dropped"]?.intValue ?? 0) > 0)
        try await vendor.control("POST", "webhooks/release", [:])
    }

    /// Lets the poll of changed jobs see none while the body runs.
    ///
    /// A visit says no time of its change, and Jobber does not promise that its job does.
    fileprivate func blindToChangedJobs(_ body: () async throws -> Void) async throws {
        let far = "2999-01-01T00:00:00Z"
        let cursor = "\(far)|\(far)||"
        // There is no mark between its removal below and the next poll.
        try await system.pool.execute(
            """
            insert into checkpoint (connection, stream, cursor) values ('jobber', 'jobs', \(cursor))
            on conflict (connection, stream) do update set cursor = excluded.cursor
            """)
        try await body()
        #expect(
            try await count(
                "select count(*) from checkpoint where connection = 'jobber' and stream = 'jobs' and cursor = \(cursor)"
            ) == 1)
        try await system.pool.execute("delete from checkpoint where connection = 'jobber' and stream = 'jobs'")
    }
}
