public import CanonicalModel

/// Something that a person does in one of the three systems.
public struct Action: Hashable, Sendable {
    /// What.
    public enum Kind: String, Sendable, CaseIterable {
        /// Sales enter a customer in the CRM.
        case enterCustomer = "enter-customer"
        /// Sales approve an estimate in the CRM: it becomes a job.
        case approveEstimate = "approve-estimate"
        /// Sales rename the customer.
        case rename
        /// Sales change the customer's telephone number.
        case changePhone = "change-phone"
        /// The crew starts the job.
        case startJob = "start-job"
        /// The crew completes the job: it is billed.
        case completeJob = "complete-job"
        /// The crew writes what was done.
        case noteWork = "note-work"
        /// The crew changes the customer's name, which is not theirs.
        case renameInField = "rename-in-field"
        /// The crew corrects the customer's telephone number, which becomes a proposal.
        case correctPhone = "correct-phone"
        /// The crew puts the number back to what the office has, and so withdraws its proposal.
        case takePhoneBack = "take-phone-back"
        /// Bookkeeping sets the customer's terms.
        case setTerms = "set-terms"
        /// Bookkeeping enters a payment on the invoice.
        case pay
        /// Sales write another invoice number on the job in the CRM, which is not theirs.
        case writeNumber = "write-number"

        /// In which system.
        public var role: Role {
            switch self {
            case .enterCustomer, .approveEstimate, .rename, .changePhone, .writeNumber: .crm
            case .startJob, .completeJob, .noteWork, .renameInField, .correctPhone, .takePhoneBack: .fsm
            case .setTerms, .pay: .ledger
            }
        }
    }

    /// What.
    public var kind: Kind
    /// Which of the records, and all that comes of it.
    public var record: Int
    /// When, in microseconds from the start; later where what it is about is not there yet.
    public var at: Int64
    /// Makes its value unlike that of any other action.
    public var mark: Int
}

extension Action: CustomStringConvertible {
    /// When, what and on which record.
    public var description: String { "\(Double(at / 100_000) / 10) s: \(kind.rawValue) #\(mark) on record \(record)" }
}
