import Postgres
import SandboxKit
import SandboxSupport
import SystemSupport

/// Compares what the vendors and our own tables show in the end with what the plan expects.
struct LetterJudgement: Sendable {
    let estate: LetterEstate
    let log: EffectLog

    private var plan: LetterPlan { estate.plan }

    /// What became of the effects of letters.
    struct Effects: Sendable {
        var expected = 0
        var missing = 0
        var twice = 0
        /// Sent for letters for which nothing was to be sent.
        var needless = 0
        var examples: [String] = []

        mutating func count(_ writes: Int, of expected: Int, _ what: @autoclosure () -> String) {
            self.expected += expected
            if writes > max(expected, 1) || (expected == 1 && writes > 1) { twice += 1 }
            if writes < expected { missing += 1 }
            if expected == 0, writes > 0 { needless += 1 }
            if writes != expected, examples.count < 20 {
                examples.append("\(what()): \(writes) instead of \(expected)")
            }
        }
    }

    /// Each object's writes during the replay, by the vendors' own history.
    func effects() async -> Effects {
        var effects = Effects()
        for number in 0..<plan.refused {
            let customer = estate.customers[number]
            let fate = plan.fate(number)
            effects.count(
                await log.writes("hubspot", "companies", customer.company), of: 1, "company of customer \(number)")
            effects.count(
                await log.writes("jobber", "Client", customer.client), of: fate == .open ? 1 : 0,
                "client of customer \(number)")
            effects.count(
                await log.writes("quickbooks", "Customer", customer.ledger), of: fate == .superseded ? 0 : 1,
                "ledger's customer \(number)")
        }
        for number in plan.eventRange {
            let customer = estate.customers[number]
            let expected = plan.tiding(number) == .new ? 1 : 0
            effects.count(
                await log.writes("jobber", "Client", customer.client), of: expected, "client of customer \(number)")
            effects.count(
                await log.writes("quickbooks", "Customer", customer.ledger), of: expected,
                "ledger's customer \(number)")
        }
        for invoice in 0..<plan.invoices {
            effects.count(await log.invoices(plan.memo(invoice)), of: 1, plan.memo(invoice))
        }
        return effects
    }

    /// Values in the three systems that are not the newest.
    func staleValues() async throws -> (count: Int, examples: [String]) {
        var wrong: [String] = []
        let companies = try await objects(estate.system.hubspot, "companies", in: "properties")
        let clients = try await objects(estate.system.jobber, "Client", in: "fields")
        let ledgers = try await objects(estate.system.quickbooks, "Customer", in: "fields")
        func check(_ found: String?, _ wanted: String?, _ what: String) {
            if found != wanted { wrong.append("\(what) is \(found ?? "nothing") instead of \(wanted ?? "nothing")") }
        }
        for number in 0..<plan.refused {
            let customer = estate.customers[number]
            let isNewer = plan.fate(number) == .superseded
            let name = isNewer ? plan.newerName(number) : plan.refusedName(number)
            check(clients[customer.client]?["companyName"]?.stringValue, name, "client \(number)")
            let ledger = ledgers[customer.ledger]
            check(ledger?["DisplayName"]?.stringValue, name, "ledger's name \(number)")
            if isNewer || plan.hasBadEmail(number) {
                check(
                    ledger?["PrimaryEmailAddr"]?["Address"]?.stringValue, LetterPlan.email, "ledger's e-mail \(number)")
            }
            if isNewer || !plan.hasBadEmail(number) {
                check(ledger?["CompanyName"]?.stringValue, LetterPlan.shortLegalName, "legal name \(number)")
            }
            let company = companies[customer.company]
            switch number % 5 {
            case 0:
                if company?["plumbline_last_service_at"]?.stringValue == nil { wrong.append("last service \(number)") }
            case 1: check(company?["plumbline_balance"]?.stringValue, Self.decimal(100 + number), "balance \(number)")
            case let kind:
                let status = LetterPlan.salesStatuses[kind - 2]
                check(
                    company?["plumbline_billing_terms"]?.stringValue, "Net \(number) refused-\(status)",
                    "terms \(number)")
            }
        }
        for number in plan.eventRange {
            let customer = estate.customers[number]
            let name = plan.tiding(number) == .new ? plan.eventName(number) : plan.name(number)
            check(clients[customer.client]?["companyName"]?.stringValue, name, "client \(number)")
            check(ledgers[customer.ledger]?["DisplayName"]?.stringValue, name, "ledger's name \(number)")
        }
        return (wrong.count, Array(wrong.prefix(20)))
    }

    private static func decimal(_ cents: Int) -> String {
        "\(cents / 100)." + (cents % 100 < 10 ? "0" : "") + "\(cents % 100)"
    }

    private func objects(_ vendor: SandboxClient, _ type: String, in member: String) async throws -> [String: JSON] {
        var found: [String: JSON] = [:]
        var offset = 0
        while true {
            let answer = try await vendor.control("GET", "records?type=\(type)&limit=1000&offset=\(offset)")
            let page = answer["records"]?.arrayValue ?? answer.arrayValue ?? []
            for record in page {
                guard let id = record["id"]?.stringValue ?? record["Id"]?.stringValue else { continue }
                found[id] = record[member] ?? record
            }
            if page.count < 1000 { return found }
            offset += page.count
        }
    }

    /// Letters that were opened without an entry of the audit log that says who has asked for it.
    func unrecorded() async throws -> Int {
        let rows = try await estate.system.pool.query(
            """
            with told as materialized (
                select (convert_from(body, 'UTF8')::jsonb ->> 'letter')::uuid as letter from audit
                where kind = 'operated' and convert_from(body, 'UTF8')::jsonb ->> 'operation' in
                    ('dead-letters replay', 'dead-letters archive')
            )
            select count(*) from dead_letter l
            where (l.state in ('replayed', 'archived') or l.opened_at is not null)
                and not exists (select from told where told.letter = l.id)
            """)
        return try rows.first?[0, as: Int.self] ?? 0
    }
}
