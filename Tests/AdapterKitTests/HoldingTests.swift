import CanonicalModel
import ConnectorKit
import IntegrationSupport
import Postgres
import SyncCore
import SyncStore
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
}

extension Workshop {
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
