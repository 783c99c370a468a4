import Foundation
import Postgres
import SandboxKit
import SandboxSupport
import SystemSupport
import Testing

@testable import Story

/// A customer's story on the shared system: the people, what they look at, and our own tables.
struct Scene {
    let system: RunningSystem
    let setup: LocalSetup
    let narrator = Narrator(.silent, patience: .seconds(60))

    init() throws {
        system = try SharedSystem.required()
        setup = try LocalSetup(environment: [
            "PLUMBLINE_SANDBOX_HUBSPOT_URL": system.hubspot.baseURL,
            "PLUMBLINE_SANDBOX_JOBBER_URL": system.jobber.baseURL,
            "PLUMBLINE_SANDBOX_QUICKBOOKS_URL": system.quickbooks.baseURL,
        ])
    }

    static let lines = [QuoteLine("Inspection", 1, 180), QuoteLine("Replacement valve", 2, 62.50)]

    /// A sale to a new customer.
    func sale(_ title: String, lines: [QuoteLine] = Scene.lines) async throws -> SaleStory {
        let cast = Cast.household(unlike: try await setup.sales.customers())
        return SaleStory(
            setup: setup, narrator: narrator, cast: cast, title: title, lines: lines, terms: "Net 15",
            requirements: "Ring twice")
    }

    /// Plans a visit that is over by now; gives it and who comes.
    func visit(_ work: SaleStory.Work, hoursAgo: Double = 6) async throws -> (id: String, worker: String) {
        let worker = try await setup.field.worker("Sam", "Ortiz")
        let start = Date.now.later(-hoursAgo).startOfHour
        let id = try await setup.field.schedule(
            work.job, title: "Visit", from: start, to: start.later(2), crew: [worker])
        return (id, worker)
    }

    /// Waits until a property of a record of the CRM has a value.
    func sees(_ type: String, _ id: String, _ property: String, _ value: String) async throws {
        var last: String?
        do {
            try await eventually("\(type) \(id) has \(property) = \(value)") {
                last = try await setup.sales.properties(type, id)[property].text
                return last == value
            }
        } catch let error as NotInTime {
            Issue.record("\(error); it is \(last ?? "empty")")
            throw error
        }
    }

    func deal(_ work: SaleStory.Work, _ property: String, _ value: String) async throws {
        try await sees("deals", work.lead.deal, property, value)
    }

    /// Waits until nothing is on its way: no webhook, no message, nothing to read and nothing to send.
    func rest() async throws {
        for vendor in [system.hubspot, system.jobber, system.quickbooks] { try await vendor.settleWebhooks() }
        do {
            try await eventually("nothing is on its way", within: .seconds(60)) {
                try await count(
                    """
                    select (select count(*) from message where status in (0, 1)) + (select count(*) from dirty)
                        + (select count(*) from work where state = 'ready')
                    """) == 0
            }
        } catch let error as NotInTime {
            Issue.record("\(error):\n\(try await onTheWay().joined(separator: "\n"))")
            throw error
        }
    }

    /// What is still to be read, routed or sent, and what it waits for.
    private func onTheWay() async throws -> [String] {
        try await texts(
            """
            select line from (
                select 1, 'message: ' || (to_jsonb(m) - 'body')::text from message m where status in (0, 1)
                union all select 2, 'dirty: ' || to_jsonb(d)::text from dirty d
                union all select 3, 'work: ' || (to_jsonb(w) - 'body')::text from work w where state <> 'done'
                union all select 4, 'lane: ' || to_jsonb(l)::text from lane l
                union all select 5, 'intent: ' || (to_jsonb(i) - 'request')::text from intent i
                    where state in ('open', 'unknown')
                union all select 6, 'connection: ' || to_jsonb(c)::text from circuit c
                union all select 7, 'now: ' || clock_timestamp()::text
            ) as found(place, line)
            order by place, line limit 100
            """)
    }

    func count(_ statement: SQL) async throws -> Int {
        try await system.pool.query(statement)[0][0, as: Int.self]
    }

    func texts(_ statement: SQL) async throws -> [String] {
        try await system.pool.query(statement).map { try $0[0, as: String.self] }
    }

    /// The record that an object of a system stands for.
    func record(_ connection: String, _ id: String, _ entity: String) async throws -> String {
        try #require(
            try await texts(
                """
                select record::text from link
                where connection = \(connection) and native_id = \(id) and entity = \(entity)
                """
            ).first, "\(entity) \(id) of \(connection) is linked")
    }

    /// Open proposals of a record, by field.
    func proposals(of record: String) async throws -> [String] {
        try await texts(
            """
            select kind || ' ' || field from proposal where record = \(record)::uuid and state = 'open' order by 1
            """)
    }

    /// How often integrations have written an object of a vendor.
    func writes(_ vendor: SandboxClient, _ type: String, _ id: String) async throws -> Int {
        let history = try await vendor.control("GET", "history?type=\(type)&id=\(Self.escaped(id))&limit=100000")
        return (history["entries"]?.arrayValue ?? []).filter {
            $0["actor"]?.stringValue?.hasPrefix("token:") == true
        }.count
    }

    private static func escaped(_ text: String) -> String {
        text.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? text
    }
}
