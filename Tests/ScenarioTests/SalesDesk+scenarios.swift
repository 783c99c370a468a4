import Foundation

@testable import Story

extension SalesDesk {
    /// Enters a lead whose first contact bears a label, and whose second one is another person.
    ///
    /// - Parameter label: the number of the label; nil where nobody has said yet what the first contact is for.
    func enterTwoContacts(
        _ sale: SaleStory, label: Int? = nil
    ) async throws -> (lead: Lead, billing: String, service: String) {
        let cast = sale.cast
        let company = try await enter(
            "companies",
            [
                "name": .string(cast.customer), "phone": .string(cast.phone), "address": .string(cast.street),
                "city": "Denver", "state": "CO", "zip": "80202", "country": "US",
            ], [])
        let billing = try await enter(
            "contacts", ["firstname": "Betty", "lastname": "Ledger", "phone": "+1 303 555 0198"],
            [("companies", company)])
        let service = try await enter(
            "contacts", ["firstname": "Sam", "lastname": .string(cast.lastName), "phone": .string(cast.phone)],
            [("companies", company)])
        if let label { try await self.label(contact: billing, of: company, label) }
        let deal = try await enter(
            "deals",
            ["dealname": .string(sale.title), "pipeline": "default", "dealstage": "presentationscheduled"],
            [("companies", company), ("contacts", billing), ("contacts", service)])
        return (Lead(company: company, contact: service, deal: deal), billing, service)
    }

    /// Says what a company's contact is for.
    func label(contact: String, of company: String, _ label: Int) async throws {
        try await site.act(
            "maria",
            [
                [
                    "action": "associate", "type": "companies", "id": .string(company),
                    "associations": [
                        ["type": "contacts", "id": .string(contact), "typeId": .number(Decimal(label))]
                    ],
                ]
            ])
    }

    private func enter(_ type: String, _ properties: JSON, _ links: [(String, String)]) async throws -> String {
        let ids = try await site.act(
            "maria",
            [
                [
                    "action": "create", "type": .string(type), "properties": properties,
                    "associations": .array(links.map { ["type": .string($0.0), "id": .string($0.1)] }),
                ]
            ])
        guard let id = ids.first?.text else {
            throw SandboxRefusal(system: site.system, reason: "no id was given for a new record of \(type)")
        }
        return id
    }
}
