internal import Postgres

/// Something that a statement demanded does not hold, so that its transaction must not happen.
public struct StoreError: Error, Sendable, CustomStringConvertible {
    /// What was demanded; the raw value is the word that the database's `demand` carries.
    public enum Code: String, Sendable, CaseIterable {
        /// A lane's lease was lost or taken over: what was done under it must be read and repaired.
        case laneLost = "lane_lost"
        /// A shadow was written by somebody else after the read that shall be compared with it had begun.
        case shadowOvertaken = "shadow_overtaken"
        /// A message was settled before, or has no row of ours.
        case messageSettled = "message_settled"
        /// The lease of a loop was lost or taken over.
        case leaseLost = "lease_lost"
        /// A record was saved by somebody else meanwhile.
        case staleRecord = "stale_record"
        /// A native object or a record is linked already.
        case linkTaken = "link_taken"
        /// The object that a request is for stands for another record by now.
        case linkMoved = "link_moved"
        /// A request of the record is open or of unknown outcome there, and must be settled first.
        case intentOpen = "intent_open"
        /// The database was restored, and nothing is written to any system before it has read what it has lost.
        case recovering
        /// An invoice has another number or ledger already.
        case invoiceTaken = "invoice_taken"
        /// Another policy became active meanwhile.
        case policyMoved = "policy_moved"
        /// A cursor was moved by somebody else meanwhile.
        case checkpointMoved = "checkpoint_moved"
        /// A row that must be there is not.
        case notFound = "not_found"
        /// A row of the database cannot be read.
        case unreadable
        /// A sealed value cannot be opened: the key is unknown, or the bytes were altered.
        case unsealable
        /// A key file or setting cannot be used.
        case configuration
    }

    /// The class of the database's `demand` function.
    static let demanded = "PB001"

    /// What was demanded.
    public let code: Code
    /// What that means here.
    public let message: String

    /// Makes the error.
    public init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }

    /// Code and message.
    public var description: String { "\(code.rawValue): \(message)" }

    /// Reads the word of a `demand` that failed; nil for every other error.
    init?(_ error: PostgresError) {
        guard error.sqlstate == Self.demanded else { return nil }
        let word = error.message
        guard let code = Code(rawValue: word) else { return nil }
        self.init(code, code.sentence)
    }

    static func translating<Value>(_ body: () async throws -> Value) async throws -> Value {
        do {
            return try await body()
        } catch let error as PostgresError {
            throw StoreError(error) ?? error
        }
    }
}

extension StoreError.Code {
    fileprivate var sentence: String {
        switch self {
        case .laneLost: "the lease of a lane was lost; what was done under it must be read again"
        case .shadowOvertaken: "an object was read or written by somebody else meanwhile; it must be read again"
        case .messageSettled: "a message was settled before, or was not written by us"
        case .leaseLost: "the lease of the loop was lost to another process"
        case .staleRecord: "a record has a newer version than the one that was changed"
        case .linkTaken: "the object or the record is linked already"
        case .linkMoved: "the object stands for another record by now"
        case .intentOpen: "a request of the record is open or of unknown outcome there, and must be settled first"
        case .recovering: "a recovery holds all that is to be written until everything was read again"
        case .invoiceTaken: "the record refers to that invoice by another number already"
        case .policyMoved: "another policy is active than the one that was judged by"
        case .checkpointMoved: "the cursor was moved by another process"
        case .notFound: "a row that must be there is not"
        case .unreadable: "a row cannot be read"
        case .unsealable: "a sealed value cannot be opened"
        case .configuration: "a setting cannot be used"
        }
    }
}
