public import CanonicalModel

/// Something that goes wrong.
public struct Fault: Hashable, Sendable {
    /// What goes wrong.
    public enum Kind: String, Sendable, CaseIterable {
        /// A replica dies at a time.
        case kill
        /// A replica dies at a step on its way to the store or to the vendor, or back.
        case killAtStep = "kill-at-step"
        /// A replica dies as soon as it has sent a write to its vendor, which carries it out.
        case killAtSend = "kill-at-send"
        /// A replica is stopped, and goes on later where it was.
        case sleep
        /// A replica is stopped just before it sends a write, and sends it when it goes on.
        case sleepAtSend = "sleep-at-send"
        /// A vendor carries requests out, and the answers are lost.
        case answersLost = "answers-lost"
        /// Requests are lost on their way to a vendor.
        case requestsLost = "requests-lost"
        /// A vendor carries requests out after we have stopped waiting, as late as it may.
        case lateCommits = "late-commits"
        /// A vendor answers slowly.
        case slowAnswers = "slow-answers"
        /// A vendor answers 503 to everything.
        case outage
        /// A vendor's list of changes leaves changes out; its webhooks are reliable meanwhile.
        case changesHidden = "changes-hidden"
        /// Webhooks are not sent.
        case webhooksDropped = "webhooks-dropped"
        /// Webhooks are sent more than once, in any order.
        case webhooksRepeated = "webhooks-repeated"
        /// Webhooks come minutes late.
        case webhooksLate = "webhooks-late"
        /// The broker hands messages out more than once.
        case messagesRepeated = "messages-repeated"
        /// The broker takes messages and does not confirm them.
        case confirmsLost = "confirms-lost"
        /// The broker loses all that it has, and is away for a while.
        case brokerWiped = "broker-wiped"
        /// The database does not answer.
        case storeAway = "store-away"
        /// The database commits, and the answer is lost.
        case commitsUnknown = "commits-unknown"
    }

    /// What goes wrong.
    public var kind: Kind
    /// From when, in microseconds from the start.
    public var at: Int64
    /// For how long.
    public var duration: Int64
    /// Whose vendor or adapter; nil for the router.
    public var role: Role?
    /// Which replica.
    public var replica: Int
    /// At which step to the store or to a vendor, or at which write.
    public var step: Int

    /// Whether it happens at a step, whenever that is.
    var isAtStep: Bool { [.killAtStep, .killAtSend, .sleepAtSend].contains(kind) }

    func covers(_ moment: Int64) -> Bool { moment >= at && moment < at + duration }
}

extension Fault: CustomStringConvertible {
    /// When, what and to whom.
    public var description: String {
        let time = "\(Double(at / 100_000) / 10) s"
        let length = "for \(Double(duration / 100_000) / 10) s"
        let replica = "\(role?.rawValue ?? "router") \(replica)"
        switch kind {
        case .kill, .sleep: return "\(time): \(kind.rawValue) \(replica) \(length)"
        case .killAtStep, .killAtSend, .sleepAtSend: return "\(kind.rawValue) \(step) \(replica) \(length)"
        case .messagesRepeated, .confirmsLost, .brokerWiped, .storeAway, .commitsUnknown:
            return "\(time): \(kind.rawValue) \(length)"
        default: return "\(time): \(kind.rawValue) of the \(role?.rawValue ?? "") \(length)"
        }
    }
}
