import Foundation
import RandomSupport
import SandboxKit
import SandboxSupport
import SystemSupport

/// Plays the people: each step once its customer has what it needs, at an even pace.
actor Player {
    private struct Customer {
        var steps: ArraySlice<Step>
        var isBusy = false
        var company = ""
        var contact = ""
        var deal = ""
        var quote = ""
        var visit = ""
        var invoice = ""
    }

    /// What a step is carried out with, as known at that moment.
    struct Setting: Sendable {
        let key: CaseKey
        let company: String
        let contact: String
        let deal: String
        let quote: String
        let visit: String
        let client: String
        let job: String
        let invoice: String
        let worker: String
    }

    private let pages: Pages
    private let chronicle: Chronicle
    private let log: IntentLog
    private var customers: [Customer]
    private var worker = ""
    private var generator: SeededGenerator
    /// Customers that have something left to do.
    private var active: [Int] = []
    /// Those that nobody has heard of yet.
    private var fresh: ArraySlice<Int>
    /// So often a new one comes though others could go on, that all have come in the end.
    private let freshness: Double

    init(_ workload: Workload, seed: UInt64, system: any JudgedSystem, chronicle: Chronicle, log: IntentLog) {
        pages = Pages(system: system, chronicle: chronicle)
        self.chronicle = chronicle
        self.log = log
        customers = workload.cases.map { Customer(steps: $0[...]) }
        fresh = Array(customers.indices)[...]
        freshness = Double(customers.count) / Double(max(workload.cases.reduce(0) { $0 + $1.count }, 1))
        generator = SeededGenerator(seed: seed &+ 17)
    }

    /// Plays as long as it may go on, or until all is done.
    func play(perSecond: Double, while mayGoOn: @Sendable () -> Bool) async throws {
        worker = try await pages.hire()
        let start = ContinuousClock.now
        try await withThrowingTaskGroup(of: Void.self) { group in
            var number = 0
            var lastRead = start
            while mayGoOn(), !active.isEmpty || !fresh.isEmpty {
                let due = start + .milliseconds(Int(Double(number) * 1000 / perSecond))
                if due > .now { try await Task.sleep(until: due, tolerance: .zero) }
                number += 1
                if lastRead + .milliseconds(700) < .now {
                    try await chronicle.read()
                    lastRead = .now
                }
                guard let (customer, step, setting) = await next() else { continue }
                group.addTask { try await self.carryOut(step, of: customer, in: setting) }
            }
            try await group.waitForAll()
        }
    }

    /// A customer whose next step can be taken, drawn from all that are known; a new one where nobody can go on.
    private func next() async -> (Int, Step, Setting)? {
        if !fresh.isEmpty, Double.random(in: 0..<1, using: &generator) < freshness { welcome() }
        for _ in 0..<60 {
            guard let number = active.randomElement(using: &generator) else { break }
            if let found = await step(of: number) { return found }
        }
        guard !fresh.isEmpty else { return nil }
        return await step(of: welcome())
    }

    @discardableResult
    private func welcome() -> Int {
        let number = fresh.removeFirst()
        active.append(number)
        return number
    }

    private func step(of number: Int) async -> (Int, Step, Setting)? {
        guard !customers[number].isBusy else { return nil }
        guard let step = customers[number].steps.first else {
            active.removeAll { $0 == number }
            return nil
        }
        customers[number].isBusy = true
        if let setting = await setting(number), setting.allows(step.kind) {
            customers[number].steps.removeFirst()
            return (number, step, setting)
        }
        customers[number].isBusy = false
        return nil
    }

    private func setting(_ number: Int) async -> Setting? {
        let place = await chronicle.place(of: number)
        let customer = customers[number]
        return Setting(
            key: CaseKey(number), company: customer.company, contact: customer.contact, deal: customer.deal,
            quote: customer.quote, visit: customer.visit, client: place.client ?? "", job: place.job ?? "",
            invoice: place.invoice ?? "", worker: worker)
    }

    private func carryOut(_ step: Step, of number: Int, in setting: Setting) async throws {
        defer { customers[number].isBusy = false }
        let intent = try log.begin { index in
            Intent(
                number: index, customer: number, step: step, value: setting.value(step, Intent.mark(index)),
                record: setting.record(step.kind))
        }
        do {
            let ids = try await pages.act(intent, in: setting)
            try log.end(intent, .acknowledged(ids))
            note(step.kind, ids, number)
        } catch let refusal as SandboxControlError {
            try log.end(intent, .refused("\(refusal)"))
        } catch {
            try log.end(intent, .unknown)
        }
    }

    private func note(_ kind: Step.Kind, _ ids: [String], _ number: Int) {
        switch kind {
        case .enterLead where ids.count == 3:
            (customers[number].company, customers[number].contact, customers[number].deal) = (ids[0], ids[1], ids[2])
        case .sell: customers[number].quote = ids.last ?? ""
        case .planVisit: customers[number].visit = ids.first ?? ""
        default: return
        }
    }
}

extension Player.Setting {
    /// Whether the step's record is there, as far as somebody who works in that system can see.
    func allows(_ kind: Step.Kind) -> Bool {
        switch kind {
        case .enterLead: true
        case .sell, .renameCustomer, .renameContact, .changeEmail: !company.isEmpty
        case .touchQuote: !quote.isEmpty
        case .wishWindow: !visit.isEmpty
        case .writeInvoiceNumber: !deal.isEmpty
        case .renameInField, .noteInField, .correctPhoneInField: !client.isEmpty
        case .planVisit: !job.isEmpty
        case .moveVisit, .logTime, .closeJob: !visit.isEmpty
        case .pay: !invoice.isEmpty
        }
    }

    /// The native id that the step is about.
    func record(_ kind: Step.Kind) -> String {
        switch kind {
        case .enterLead: ""
        case .sell, .wishWindow, .writeInvoiceNumber: deal
        case .touchQuote: quote
        case .renameCustomer: company
        case .renameContact, .changeEmail: contact
        case .renameInField, .noteInField, .correctPhoneInField: client
        case .planVisit, .closeJob: job
        case .moveVisit, .logTime: visit
        case .pay: invoice
        }
    }

    /// The text that is written; times are told by the plan's minutes.
    func value(_ step: Step, _ mark: String) -> String {
        switch step.kind {
        case .enterLead, .renameCustomer: "\(key.text) \(mark)"
        case .renameInField: "\(key.text) wrong \(mark)"
        case .sell: "\(key.text) work \(mark)"
        case .touchQuote: "Terms \(mark)"
        case .renameContact: "Ann \(mark)"
        case .changeEmail: "\(mark)@\(key.text).example"
        case .noteInField: "Gate code \(mark)"
        case .correctPhoneInField: key.otherPhone
        case .writeInvoiceNumber: "4711-\(mark)"
        case .planVisit, .moveVisit, .wishWindow: Plan.text(minutes: step.minutes)
        case .logTime, .closeJob, .pay: ""
        }
    }
}
