import ArgumentParser
import Foundation
import SystemSupport

/// Who has to bear the faults: the product, or what it is compared with.
enum Contestant: String, Sendable, CaseIterable, Codable, ExpressibleByArgument {
    case plumbline
    /// `Naive/consumer.py`: webhooks onto queues, and consumers that try again.
    case naive

    /// How many processes run in the place of each service. The consumer has one for each process of an adapter; what
    /// else Plumbline consists of has no counterpart.
    var replicas: [SystemService: Int] {
        switch self {
        case .plumbline: FaultProfile.replicas
        case .naive: FaultProfile.replicas.merging([.router: 0, .reconciler: 0]) { $1 }
        }
    }

    /// What runs in the services' places.
    func commands() throws -> [SystemService: [String]] {
        guard self == .naive else { return [:] }
        guard let python = ProcessInfo.processInfo.environment["PLUMBLINE_NAIVE_PYTHON"] else {
            throw ValidationError(
                "PLUMBLINE_NAIVE_PYTHON does not name a Python with Naive/requirements.txt; deploy/local faults makes one"
            )
        }
        let program = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .appending(path: "Naive/consumer.py")
        let vendors: [SystemService: NativeSystem] = [.crmAdapter: .crm, .fsmAdapter: .fsm, .ledgerAdapter: .ledger]
        // Without the option it would write what it has compiled beside its source.
        return vendors.mapValues { [python, "-B", program.path(), $0.vendor] }
    }

    /// The steps of people that both understand: where one has no flow for a step, it would be lost by design.
    static let commonSteps = Set(Step.Kind.allCases).subtracting([
        .wishWindow, .writeInvoiceNumber, .noteInField, .renameInField, .correctPhoneInField,
    ])

    /// How much shorter than a vendor's the waits are before a webhook is tried again, where both are compared: so long
    /// that no fault lasts longer than the vendors' patience, for one of them has nothing else to hear by.
    static let webhookRetryFactor = 0.25
}

extension FaultReport {
    /// Takes what is said of somebody who has no tables, no audit log and no rules of ours: only what was lost and what
    /// was done twice.
    mutating func takeOutcomes(_ judgement: Judgement) {
        take(judgement)
        findings.removeAll { $0.verdict == .unexpected }
        unexpected = 0
        hurtCustomers =
            Set(
                findings.filter(\.verdict.isFailure).flatMap {
                    $0.text.matches(of: #/\bc\d{4}\b/#).map { String($0.output) }
                }
            ).count
        notJudged["I3 to I8, I10, I12"] = "they are Plumbline's own; of others only what was lost or duplicated counts"
    }
}
