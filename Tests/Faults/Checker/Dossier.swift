import SandboxKit

/// All that is known of one customer: what people intended, its records in every system, and their history.
struct Dossier: Sendable {
    let key: CaseKey
    let states: NativeStates
    let recordedMarks: Set<String>
    var intents: [Intent] = []
    var clients: [NativeRecord] = []
    var properties: [NativeRecord] = []
    var jobs: [NativeRecord] = []
    var debtors: [NativeRecord] = []
    var invoices: [NativeRecord] = []
    /// Of all these records and those of the CRM, in the order of the history.
    var changes: [NativeChange] = []
    var explanations: [Evidence.Explanation] = []

    init(_ number: Int, _ states: NativeStates, _ recordedMarks: Set<String>) {
        key = CaseKey(number)
        self.states = states
        self.recordedMarks = recordedMarks
    }

    func findings() -> [Finding] {
        // Where it is not known whether the lead was entered, nothing can be expected.
        guard lead.count == 3 else { return [] }
        return effects() + values() + foreignEdits() + ownership() + monotony() + money() + termination()
    }

    // MARK: What there is

    /// The company, the contact and the deal.
    var lead: [String] { intents.first { $0.step.kind == .enterLead }?.ids ?? [] }

    var company: NativeRecord? { lead.first.flatMap { states.record(.crm, "companies", $0) } }
    var contact: NativeRecord? { lead.count == 3 ? states.record(.crm, "contacts", lead[1]) : nil }
    var deal: NativeRecord? { lead.count == 3 ? states.record(.crm, "deals", lead[2]) : nil }

    /// Where all records of the customer are.
    var natives: Set<NativeAddress> {
        var natives = Set((clients + properties + jobs + debtors + invoices).map(\.address))
        natives.formUnion(zip(["companies", "contacts", "deals"], lead).map { NativeAddress(.crm, $0, $1) })
        natives.formUnion(done(.sell).flatMap(\.ids).map { NativeAddress(.crm, "quotes", $0) })
        natives.formUnion(done(.planVisit).flatMap(\.ids).map { NativeAddress(.fsm, "Visit", $0) })
        return natives
    }

    /// The acknowledged intents of some kinds, in their order.
    func done(_ kinds: Step.Kind...) -> [Intent] {
        intents.filter { kinds.contains($0.step.kind) && $0.isAcknowledged }
    }

    /// What was last intended of some kinds; nil where nobody has, or where nobody knows whether it was done.
    func last(_ kinds: Step.Kind...) -> Intent? {
        let last = intents.last { intent in
            if case .refused = intent.outcome { false } else { kinds.contains(intent.step.kind) }
        }
        return last?.isAcknowledged == true ? last : nil
    }

    /// Clients that are in effect.
    var liveClients: [NativeRecord] { clients.filter { $0.fields["isArchived"]?.boolValue != true } }

    /// Jobs that are in effect: one that we have closed ourselves was one too many, and is not billed.
    var liveJobs: [NativeRecord] {
        jobs.filter { job in
            !changes.contains { $0.id == job.id && $0.operation == "close" && $0.isOurs }
        }
    }

    var liveDebtors: [NativeRecord] { debtors.filter { $0.fields["Active"]?.boolValue != false } }

    /// Invoices that are in effect: one that was made void comes to nothing.
    var liveInvoices: [NativeRecord] {
        invoices.filter { invoice in
            !changes.contains { $0.id == invoice.id && $0.operation == "void" }
        }
    }

    /// What our system says about the customer and a field.
    func explanation(_ field: String) -> String? {
        explanations.first { $0.field == nil || $0.field == field }?.text
    }

    /// Our own writes.
    var writes: [NativeChange] { changes.filter(\.isOurs) }

    /// So many writes may a customer cause: a bound that a loop exceeds soon, and honest work never.
    var allowedWrites: Int { 30 + 6 * intents.count }

    /// The entries of the history about a record, newest last, as evidence of a finding.
    func history(_ id: String, _ field: String? = nil) -> String {
        let entries = changes.filter { $0.id == id && (field == nil || $0.fields[field ?? ""] != nil) }
        return entries.isEmpty ? "" : "; history: " + entries.suffix(6).map(\.description).joined(separator: " | ")
    }
}
