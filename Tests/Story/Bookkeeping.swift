/// The bookkeeper at work in QuickBooks, and what its pages show.
struct Bookkeeping: Sendable {
    let site: SandboxSite

    /// The customers of a name.
    func customers(named name: String) async throws -> [JSON] {
        try await site.records("Customer").filter { $0["DisplayName"].text == name }
    }

    /// The invoices of a customer.
    func invoices(of customer: String) async throws -> [JSON] {
        try await site.records("Invoice").filter { $0["CustomerRef"]["value"].text == customer }
    }

    /// The customer's check arrives; it pays all that is open.
    func recordPayment(of invoice: String) async throws {
        try await site.act("paula", [["action": "payment", "invoice": .string(invoice), "method": "Check"]])
    }
}
