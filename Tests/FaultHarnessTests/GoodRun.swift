import Foundation
import SandboxKit

@testable import Faults

/// One customer from the lead to the payment, as it is written down when nothing goes wrong.
struct GoodRun {
    static let company = "20000501"
    static let contact = "1000101"
    static let deal = "300000701"
    static let quote = "7000000201"
    static let client = "client-1"
    static let job = "job-1"
    static let visit = "visit-1"
    static let notes = "configuration-3"
    private static let number = "configuration-16"
    private static let status = "configuration-17"
    private static let balance = "configuration-19"

    var intents: [Intent] = []
    var changes: [NativeChange] = []
    var explanations: [Evidence.Explanation] = []
    var recordedMarks: Set<String> = []
    var quietSequence = Int.max
    var beginSequence = 0

    /// What the checker says of it.
    var judgement: Judgement {
        var evidence = Evidence()
        evidence.intents = intents
        evidence.changes = changes.enumerated().map { index, change in
            NativeChange(
                sequence: index + 1, system: change.system, type: change.type, id: change.id,
                operation: change.operation, actor: change.actor, fields: change.fields)
        }
        evidence.explanations = explanations
        evidence.recordedMarks = recordedMarks
        evidence.quietSequence = quietSequence
        evidence.beginSequence = beginSequence
        return Checker(evidence).judge()
    }

    init() {
        configure()
        enterLead()
        sell()
        work()
        bill()
        pay()
    }

    mutating func intend(
        _ kind: Step.Kind, _ value: String, _ record: String, _ ids: [String], minutes: Int = 0, lines: [Step.Line] = []
    ) {
        intents.append(
            Intent(
                number: intents.count, customer: 7, step: Step(kind, lines: lines, minutes: minutes), value: value,
                record: record, outcome: .acknowledged(ids)))
    }

    /// Appends an entry to the history; ours unless a person is named.
    mutating func note(
        _ system: NativeSystem, _ type: String, _ id: String, operation: String = "update", by user: String? = nil,
        _ fields: [String: JSON]
    ) {
        changes.append(
            NativeChange(
                sequence: 0, system: system, type: type, id: id, operation: operation,
                actor: user.map { "user:\($0)" } ?? "token:app", fields: fields))
    }

    private mutating func configure() {
        for (id, name, place) in [
            (Self.notes, "Delivery notes", "ALL_CLIENTS"), (Self.number, "Ledger invoice number", "ALL_JOBS"),
            (Self.status, "Ledger invoice status", "ALL_JOBS"), (Self.balance, "Ledger invoice balance", "ALL_JOBS"),
        ] {
            note(
                .fsm, "CustomFieldConfiguration", id, operation: "create",
                ["name": .string(name), "appliesTo": .string(place)])
        }
    }

    private mutating func enterLead() {
        intend(.enterLead, "c0007 m0q", "", [Self.company, Self.contact, Self.deal])
        note(.crm, "companies", Self.company, operation: "create", by: "maria", ["name": "c0007 m0q"])
        note(
            .crm, "contacts", Self.contact, operation: "create", by: "maria",
            ["firstname": "Ann m0q", "email": "m0q@c0007.example"])
        note(.crm, "deals", Self.deal, operation: "create", by: "maria", ["dealname": "c0007 deal"])
        note(.crm, "companies", Self.company, ["plumbline_id": "record-1"])
    }

    private mutating func sell() {
        intend(.sell, "c0007 work m1q", Self.deal, [Self.quote], lines: [.init(quantity: 2, cents: 12_550)])
        note(.crm, "quotes", Self.quote, operation: "create", by: "maria", ["hs_title": "c0007 work m1q"])
        note(.crm, "quotes", Self.quote, by: "maria", ["hs_status": "APPROVED"])
        note(.fsm, "Client", Self.client, operation: "create", ["companyName": "c0007 m0q", "isArchived": false])
        note(.fsm, "Property", "property-1", operation: "create", ["clientId": .string(Self.client)])
        note(
            .fsm, "Job", Self.job, operation: "create",
            [
                "clientId": .string(Self.client), "title": "c0007 work m1q",
                "lineItems": [["unitPrice": .decimal(125.5), "quantity": 2]],
            ])
        note(
            .fsm, "Client", Self.client,
            ["firstName": "Ann m0q", "emails": [["address": "m0q@c0007.example"]]])
        note(.crm, "deals", Self.deal, ["plumbline_job_number": "1", "plumbline_job_status": "unscheduled"])
        intend(.renameCustomer, "c0007 m2q", Self.company, [Self.company])
        note(.crm, "companies", Self.company, by: "maria", ["name": "c0007 m2q"])
        note(.fsm, "Client", Self.client, ["companyName": "c0007 m2q"])
    }

    private mutating func work() {
        intend(.planVisit, "2026-11-20T13:00:00Z", Self.job, [Self.visit])
        note(.fsm, "Visit", Self.visit, operation: "create", by: "oscar", ["startAt": "2026-11-20T13:00:00Z"])
        note(
            .crm, "deals", Self.deal,
            ["plumbline_scheduled_start": "2026-11-20T13:00:00.000Z", "plumbline_job_status": "scheduled"])
        intend(.logTime, "", Self.visit, ["entry-1"], minutes: 90)
        note(.crm, "deals", Self.deal, ["plumbline_labor_hours": "1.5", "plumbline_job_status": "started"])
        intend(.closeJob, "", Self.job, [Self.job])
        note(.fsm, "Job", Self.job, operation: "close", by: "sam", ["closedAt": "2026-11-20T16:00:00Z"])
        note(.crm, "deals", Self.deal, ["plumbline_job_status": "completed"])
    }

    private mutating func bill() {
        note(.ledger, "Customer", "1", operation: "create", ["DisplayName": "c0007 m2q", "Active": true])
        note(
            .ledger, "Invoice", "101", operation: "create",
            [
                "CustomerMemo": ["value": "c0007 work m1q"], "CustomerRef": ["value": "1"], "DocNumber": "1001",
                "Balance": 251,
                "Line": [["DetailType": "SalesItemLineDetail", "Amount": 251]],
            ])
        note(.crm, "deals", Self.deal, ["dealstage": "closedwon"])
        show(balance: "251.00", status: "posted")
    }

    private mutating func pay() {
        intend(.pay, "", "101", ["102"])
        note(.ledger, "Payment", "102", operation: "create", by: "paula", ["TotalAmt": 251])
        note(.ledger, "Invoice", "101", by: "paula", ["Balance": 0])
        show(balance: "0.00", status: "paid")
    }

    /// The invoice as the other two systems see it.
    private mutating func show(balance: String, status: String) {
        note(.crm, "companies", Self.company, ["plumbline_balance": .string(balance)])
        note(
            .crm, "deals", Self.deal,
            [
                "plumbline_invoice_number": "1001", "plumbline_invoice_total": "251.00",
                "plumbline_invoice_balance": .string(balance), "plumbline_invoice_status": .string(status),
            ])
        note(
            .fsm, "Job", Self.job,
            [
                "customFields": [
                    ["configurationId": .string(Self.number), "value": "1001"],
                    ["configurationId": .string(Self.status), "value": .string(status)],
                    ["configurationId": .string(Self.balance), "value": .string("\(balance) USD")],
                ]
            ])
    }

    /// Takes entries out of the history.
    mutating func forget(where matches: (NativeChange) -> Bool) {
        changes.removeAll(where: matches)
    }
}
