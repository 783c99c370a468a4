import CanonicalModel
import ConnectorKit
import IntegrationSupport
import Postgres
import SyncCore
import SyncStore
import Synchronization
import Testing

@testable import AdapterKit

@Suite("Holding on to what a vendor has answered, on Postgres", .database)
struct HoldingTests {
    @Test(
        "What a vendor has answered is written down once the database takes it, and nothing is asked or sent again (R13.4)"
    )
    func settledLater() async throws {
        try await Workshop.open { workshop in
            let record = workshop.newID()
            try await workshop.want(record, ["name": .text("Miller")])
            try await workshop.refuse("update", of: "intent", times: 2)
            _ = try await workshop.egress().round()
            #expect(workshop.vendor.requests.count == 1)
            #expect(try await workshop.link(record)?.state == .active)
            #expect(try await workshop.work(record)?.state == .done)
            #expect(try await workshop.count("lane") == 0)
        }
    }

    @Test("A lane goes on being held though the database has refused once to prolong it")
    func prolongedLater() async throws {
        try await Workshop.open { workshop in
            let record = workshop.newID()
            try await workshop.want(record, ["name": .text("Miller")])
            try await workshop.refuse("update", of: "lane", times: 1)
            workshop.vendor.whileSending.withLock { hook in
                hook = {
                    // The vendor takes its time: until the lane was prolonged after all.
                    let deadline = ContinuousClock.now + .seconds(2)
                    while ContinuousClock.now < deadline, (try? await workshop.attempts()) ?? 0 < 2 {
                        await Task.yield()
                    }
                }
            }
            _ = try await workshop.egress(lane: .seconds(3)).round()
            #expect(try await workshop.attempts() >= 2)
            #expect(try await workshop.work(record)?.state == .done)
        }
    }
}

extension Workshop {
    /// How often a statement came that is refused at first.
    fileprivate func attempts() async throws -> Int64 {
        try await pool.query("select last_value from refusals")[0][0, as: Int64.self]
    }

    /// Lets the database refuse so many statements of a kind on a table, as one that is being restarted does.
    fileprivate func refuse(_ verb: String, of table: String, times: Int) async throws {
        try await pool.execute("create sequence refusals")
        try await pool.execute(
            """
            create function refuse() returns trigger language plpgsql as $$
            begin
                if nextval('refusals') <= \(raw: String(times)) then
                    raise exception using errcode = '53300', message = 'too many connections';
                end if;
                return new;
            end
            $$
            """)
        try await pool.execute(
            """
            create trigger refuse before \(raw: verb) on \(raw: table) for each row execute function refuse()
            """)
    }
}
