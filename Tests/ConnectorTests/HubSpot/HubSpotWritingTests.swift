import CanonicalModel
import ConnectorKit
import Crypto
import Foundation
import HubSpot
import SyncCore
import Testing

@Suite("What is sent to HubSpot, and what comes from it") struct HubSpotWritingTests {
    private let record = CanonicalID("01a1fb67-1800-7000-8000-000000000001")!

    private func write(_ entity: EntityKind, _ native: NativeReference?, _ changes: Patch) -> OutboundWrite {
        OutboundWrite(
            record: record, entity: entity, native: native, changes: changes, desired: changes, shadow: [:],
            needsExternalID: true, versionToken: nil, creationKey: "k")
    }

    private func properties(_ prepared: PreparedWrite) throws -> JSONValue {
        try JSONValue(parsing: prepared.request.body ?? [])["properties"]
    }

    @Test("A job's fields become properties of its deal, with our id (R4.2, R5.3, R6.9)")
    func job() throws {
        let window = LocalAppointment(
            start: Instant("2026-03-10T14:00:00Z")!, end: Instant("2026-03-10T18:00:00Z")!, zone: "America/Chicago")!
        let prepared = try HubSpotFixture.connector().prepare(
            write(
                .job, NativeReference(type: "deal", id: "301"),
                [
                    "scheduled_window": .set(.appointment(window)), "crew": .set(.texts(["Ann", "Bob"])),
                    "invoice_total": .set(.money(Money(minorUnits: 95_300, currency: .usd))), "eta": .clear,
                ]))
        #expect(prepared.request.path == "/crm/v3/objects/deals/301")
        let properties = try properties(prepared)
        #expect(properties["plumbline_scheduled_start"].string == "2026-03-10T14:00:00Z")
        #expect(properties["plumbline_crew"].string == "Ann;Bob")
        #expect(properties["plumbline_invoice_total"].string == "953.00")
        #expect(properties["plumbline_eta"].string == "")
        #expect(properties["plumbline_job_id"].string == record.description)
    }

    @Test("What was written reads back as the same value")
    func roundTrip() throws {
        let connector = try HubSpotFixture.connector()
        let changes: Patch = [
            "status": .set(.choice("started")), "labor_hours": .set(.quantity(Quantity("6.5")!)),
            "completed_at": .set(.instant(Instant("2026-03-10T18:00:00Z")!)),
            "invoice_due_on": .set(.date(BusinessDate("2026-04-09")!)),
            "final_amount": .set(.money(Money(minorUnits: 95_300, currency: .usd))),
        ]
        let prepared = try connector.prepare(write(.job, NativeReference(type: "deal", id: "301"), changes))
        let object = HubSpotFixture.object("deal", "301", try properties(prepared))
        let job = try #require(connector.observe(object).first { $0.entity == .job })
        for (field, value) in changes { #expect(job.fields[field] == value, "\(field)") }
        #expect(job.externalID == record)
    }

    @Test("A record of the CRM is never created by us")
    func noCreate() throws {
        #expect(throws: ConnectorFault.self) {
            try HubSpotFixture.connector().prepare(write(.customer, nil, ["name": .set(.text("x"))]))
        }
    }

    private func signed(
        _ body: String, secret: String, at milliseconds: Int64, url: String = "https://example.com/webhooks/hubspot"
    ) -> WebhookDelivery {
        let text = "POST\(url)\(body)\(milliseconds)"
        let code = HMAC<SHA256>.authenticationCode(
            for: Data(text.utf8), using: SymmetricKey(data: Data(secret.utf8)))
        return WebhookDelivery(
            method: "POST", url: url,
            headers: [
                "x-hubspot-signature-v3": Data(code).base64EncodedString(),
                "x-hubspot-request-timestamp": String(milliseconds),
            ], body: Array(body.utf8))
    }

    @Test("A webhook counts only with the right signature over method, URL, body and a time that is near (R18.4)")
    func signatures() throws {
        let connector = try HubSpotFixture.connector()
        let now = Instant(milliseconds: 1_800_000_000_000)
        let good = signed("[]", secret: "s", at: now.milliseconds)
        #expect(connector.verify(good, secrets: ["s"], now: now) == .genuine)
        #expect(
            connector.verify(good, secrets: ["new", "s"], now: now) == .genuine, "the previous secret still counts")
        #expect(connector.verify(good, secrets: ["other"], now: now) != .genuine)
        #expect(connector.verify(good, secrets: ["s"], now: now.advanced(bySeconds: 301)) != .genuine)
        var altered = good
        altered.body = Array("[1]".utf8)
        #expect(connector.verify(altered, secrets: ["s"], now: now) != .genuine)
        var unsigned = good
        unsigned.headers = [:]
        #expect(connector.verify(unsigned, secrets: ["s"], now: now) != .genuine)
    }

    @Test("Each event of a webhook names its object; an association names both")
    func hints() throws {
        let body = """
            [{"subscriptionType":"company.propertyChange","objectId":101,"portalId":7,"occurredAt":1800000000000},
             {"subscriptionType":"object.propertyChange","objectTypeId":"0-14","objectId":401},
             {"subscriptionType":"deal.associationChange","fromObjectId":301,"toObjectId":101,
              "associationType":"DEAL_TO_COMPANY"}]
            """
        let hints = try HubSpotFixture.connector().changes(
            in: WebhookDelivery(method: "POST", url: "", headers: [:], body: Array(body.utf8)))
        #expect(hints.map(\.native.description) == ["company/101", "quote/401", "deal/301", "company/101"])
        #expect(hints.first?.account == "7")
    }

    @Test("A body that is no array of events is a fault that says so")
    func undecodable() throws {
        let fault = try #require(throws: ConnectorFault.self) {
            try HubSpotFixture.connector().changes(
                in: WebhookDelivery(method: "POST", url: "", headers: [:], body: Array("{}".utf8)))
        }
        #expect(fault.failureClass == .undecodable)
    }
}
