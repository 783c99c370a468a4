import Foundation

/// Sales at work in HubSpot, and what its pages show.
struct SalesDesk: Sendable {
    let site: SandboxSite

    private static let maria = "maria"

    /// Enters the lead: a company, its contact and a deal with its site.
    func enterLead(_ cast: Cast, deal: String, requirements: String) async throws -> Lead {
        let company = try await create(
            "companies",
            [
                "name": .string(cast.customer), "phone": .string(cast.phone), "address": .string(cast.street),
                "city": "Denver", "state": "CO", "zip": "80202", "country": "US",
            ], [])
        let contact = try await create(
            "contacts",
            [
                "firstname": .string(cast.firstName), "lastname": .string(cast.lastName), "phone": .string(cast.phone),
                "email": .string(cast.email),
            ], [("companies", company)])
        let sale = try await create(
            "deals",
            [
                "dealname": .string(deal), "pipeline": "default", "dealstage": "presentationscheduled",
                "plumbline_requirements": .string(requirements),
            ], [("companies", company), ("contacts", contact)])
        return Lead(company: company, contact: contact, deal: sale)
    }

    /// Writes a quote with its lines, as a draft.
    func writeQuote(_ lead: Lead, title: String, terms: String, lines: [QuoteLine]) async throws -> String {
        var links = [("deals", lead.deal), ("companies", lead.company), ("contacts", lead.contact)]
        for (position, line) in lines.enumerated() {
            let id = try await create(
                "line_items",
                [
                    "name": .string(line.name), "quantity": .string("\(line.quantity)"),
                    "price": .string("\(line.price.amount)"), "hs_position_on_quote": .string("\(position)"),
                ], [])
            links.append(("line_items", id))
        }
        return try await create(
            "quotes",
            [
                "hs_title": .string(title), "hs_status": "DRAFT", "hs_terms": .string(terms),
                "hs_expiration_date": "2099-12-31",
            ], links)
    }

    /// The customer agrees.
    func approve(quote: String) async throws { try await update("quotes", quote, ["hs_status": "APPROVED"]) }

    func update(_ type: String, _ id: String, _ properties: JSON) async throws {
        try await site.act(
            Self.maria, [["action": "update", "type": .string(type), "id": .string(id), "properties": properties]])
    }

    func properties(_ type: String, _ id: String) async throws -> JSON { try await site.record(type, id)["properties"] }

    /// The names of all companies.
    func customers() async throws -> Set<String> {
        Set(try await site.records("companies").compactMap { $0["properties"]["name"].text })
    }

    private func create(_ type: String, _ properties: JSON, _ links: [(String, String)]) async throws -> String {
        let associations = links.map { ["type": .string($0.0), "id": .string($0.1)] as JSON }
        let ids = try await site.act(
            Self.maria,
            [
                [
                    "action": "create", "type": .string(type), "properties": properties,
                    "associations": .array(associations),
                ]
            ])
        guard let id = ids.first?.text else {
            throw SandboxRefusal(system: site.system, reason: "no id was given for a new record of \(type)")
        }
        return id
    }
}
