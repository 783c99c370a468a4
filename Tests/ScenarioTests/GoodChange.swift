import Foundation
import SystemSupport
import Testing

@testable import Story

/// A change that people make beside something bad; it must arrive in the other system.
struct GoodChange {
    let scene: Scene
    let work: SaleStory.Work
    /// The invoice of the work, where it was billed.
    var invoice: String?

    /// Sales corrects the first name; the field shows it.
    func ofSales(_ number: Int) async throws -> () async throws -> Void {
        let name = "Robin-\(number)"
        try await scene.setup.sales.update("contacts", work.lead.contact, ["firstname": .string(name)])
        return {
            try await eventually("the name \(name) is in the field") {
                try await scene.setup.field.client(work.client)["firstName"].text == name
            }
        }
    }

    /// The crew writes delivery notes; the CRM shows them.
    func ofTheCrew(_ number: Int) async throws -> () async throws -> Void {
        let note = "Gate code \(number)"
        try await scene.setup.field.write(note, in: "Delivery notes", ofClient: work.client, by: "sam")
        return { try await scene.sees("contacts", work.lead.contact, "plumbline_delivery_notes", note) }
    }

    /// The customer pays a dollar; the CRM shows what is still owed.
    func ofTheBooks(_ number: Int) async throws -> () async throws -> Void {
        let invoice = try #require(invoice)
        try await scene.setup.books.site.act(
            "paula", [["action": "payment", "invoice": .string(invoice), "amount": "1.00"]])
        let owed = QuoteLine.total(Scene.lines).amount - Decimal(number)
        return {
            try await eventually("the deal shows that \(owed) is still owed") {
                try await scene.setup.sales.properties("deals", work.lead.deal)["plumbline_invoice_balance"].number
                    == owed
            }
        }
    }
}
