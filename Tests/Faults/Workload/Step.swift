import Foundation

/// What somebody does in one of the systems, as it is planned: no ids are known yet.
struct Step: Sendable, Hashable, Codable {
    /// What is done, and in whose system.
    enum Kind: String, Sendable, CaseIterable, Codable {
        // Sales, in the CRM.
        case enterLead, sell, touchQuote, renameCustomer, renameContact, changeEmail
        // Sales, on what others own.
        case wishWindow, writeInvoiceNumber
        // The field: its own.
        case noteInField, planVisit, moveVisit, logTime, closeJob
        // The field, on what sales owns.
        case renameInField, correctPhoneInField
        // The books.
        case pay
    }

    /// A line of a quote.
    struct Line: Sendable, Hashable, Codable {
        let quantity: Int
        let cents: Int

        var total: Int { quantity * cents }
    }

    let kind: Kind
    /// What is sold.
    var lines: [Line] = []
    /// Minutes: of a window's beginning after the first hour of the plan, or of work done.
    var minutes = 0
    /// How much is paid, of a hundred parts; how many more times an approval is announced.
    var amount = 0

    init(_ kind: Kind, lines: [Line] = [], minutes: Int = 0, amount: Int = 0) {
        self.kind = kind
        self.lines = lines
        self.minutes = minutes
        self.amount = amount
    }

    /// The sum of the lines, in cents.
    var total: Int { lines.reduce(0) { $0 + $1.total } }
}
