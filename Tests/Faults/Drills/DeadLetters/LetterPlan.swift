/// How many letters of each kind the drill makes, and what becomes of each before the replay: pure.
///
/// Records stand one behind another in ranges, and a record's number decides why its systems refuse it; so everybody who
/// knows the plan knows what to expect of a record.
struct LetterPlan: Sendable {
    /// Customers all three systems of which refuse something: a letter for each system.
    let refused: Int
    /// Customers about whom an event came that could not be routed.
    let events: Int
    /// Customers who get invoices that the ledger refuses.
    let billed: Int
    /// Invoices that the ledger refuses.
    let invoices: Int
    /// Customers whom people go on working with.
    let live: Int
    /// Messages of each kind that nobody can read.
    let unreadable: Int
    /// Events of each kind that a correction makes readable.
    let correctable: Int

    /// What becomes of a refused customer's letters before the replay.
    enum Fate: Sendable {
        /// A newer state went through meanwhile.
        case superseded
        /// Somebody has entered the value at the field service by hand.
        case applied
        /// Nothing: the replay sends it.
        case open
    }

    /// What an event says.
    enum Tiding: Sendable, CaseIterable {
        /// A new name.
        case new
        /// The name that the record has already.
        case applied
        /// A name of a week ago, which a newer one has overtaken.
        case old
    }

    init(letters: Int, records: Int?) {
        unreadable = max(letters / 1000, 2)
        correctable = max(letters / 200, 4)
        invoices = letters / 25
        billed = max(invoices / 10, 1)
        live = 300
        let rest = letters - invoices - unreadable * Self.unreadableKinds - correctable * 2
        refused = records ?? rest * 4 / 15
        events = max(rest - refused * 3, 3)
    }

    /// Kinds of what nobody can read: at the router's queue two, at each connection's one, and webhooks of two vendors.
    static let unreadableKinds = 7
    /// What the name of a refused customer bears at the end; the field service refuses it by that.
    static let serviceStatuses = [400, 402, 405, 409, 415, 422]
    /// The same in the terms of a customer, for the CRM.
    static let salesStatuses = [409, 418, 422]

    /// Whether there are enough for a replay to come up to its speed: of a small one nothing is promised but the result.
    var isOfFullSize: Bool { letters >= 10_000 }
    /// All letters.
    var letters: Int {
        refused * 3 + invoices + events + unreadable * Self.unreadableKinds + correctable * 2
    }
    /// All customers, in the order of their ranges: refused, events, billed, live.
    var customers: Int { refused + events + billed + live }
    var eventRange: Range<Int> { refused..<refused + events }
    var billedRange: Range<Int> { refused + events..<refused + events + billed }
    var liveRange: Range<Int> { customers - live..<customers }

    func fate(_ number: Int) -> Fate {
        if number < superseded { return .superseded }
        return number < superseded + applied ? .applied : .open
    }
    /// Each takes two letters along, the field service's and the ledger's; so this is a twentieth of all letters.
    var superseded: Int { refused * 3 / 40 }
    /// A twentieth of the letters; as many events say what is there already.
    var applied: Int { refused * 3 / 20 }

    func tiding(_ number: Int) -> Tiding { Tiding.allCases[number % 3] }

    // MARK: Values

    func name(_ number: Int) -> String { "Customer \(number)" }
    func legalName(_ number: Int) -> String { "Customer \(number) Incorporated" }
    func refusedName(_ number: Int) -> String {
        "Customer \(number) refused-\(Self.serviceStatuses[number % Self.serviceStatuses.count])"
    }
    func newerName(_ number: Int) -> String { "Customer \(number) newer" }
    func eventName(_ number: Int) -> String {
        switch tiding(number) {
        case .new: "Customer \(number) renamed"
        case .applied: name(number)
        case .old: "Customer \(number) of old"
        }
    }
    /// Whether the ledger refuses the e-mail address; else the legal name.
    func hasBadEmail(_ number: Int) -> Bool { number.isMultiple(of: 2) }
    /// Whether the books are closed for an invoice; else the ledger has no item for its line.
    func isClosed(_ invoice: Int) -> Bool { invoice.isMultiple(of: 2) }
    func memo(_ invoice: Int) -> String { "Invoice \(invoice) of the drill" }

    static let email = "office@example.com"
    static let shortLegalName = "Customer Incorporated"
}
