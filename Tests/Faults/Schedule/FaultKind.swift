import SystemSupport

/// What can go wrong, as the report counts it: an action on a target, such as `kill.router`.
struct FaultKind: Hashable, Sendable, CustomStringConvertible {
    /// What is done.
    enum Action: String, Sendable, CaseIterable {
        case kill, stop
        case cut, reset, silence, delay, truncate
        case fill, alarm, wipe
        case skew
        case rateLimit = "rate-limit"
        case serverError = "server-error"
        case loseAnswer = "lose-answer"
        case lateCommit = "late-commit"
        case slowAnswer = "slow-answer"
        case expireToken = "expire-token"
        case refuseToken = "refuse-token"
        case errorBody = "error-body"
        case html
        case duplicate, late, reorder, drop
    }

    /// To what it is done.
    enum Target: Hashable, Sendable {
        case service(SystemService)
        /// Every process of ours, and both servers.
        case everything
        case postgres, broker
        /// The way to the broker, to the database or to a vendor.
        case link(Link)
        case vendor, webhooks
    }

    /// A way that connections take, and on which they can be broken.
    enum Link: String, Sendable, CaseIterable {
        case amqp, sql
        case vendor = "vendor-http"
    }

    let action: Action
    let target: Target

    init(_ action: Action, _ target: Target) {
        self.action = action
        self.target = target
    }

    /// The name in schedules and reports.
    var description: String {
        switch target {
        case .service(let service): "\(action.rawValue).\(service)"
        case .everything: "\(action.rawValue).all"
        case .postgres: "\(action.rawValue).postgres"
        case .broker: "\(action.rawValue).broker"
        case .link(let link): "\(action.rawValue).\(link.rawValue)"
        case .vendor: "\(action.rawValue).vendor"
        case .webhooks: "\(action.rawValue).webhook"
        }
    }

    var category: FaultCategory {
        switch (action, target) {
        case (_, .link): .network
        case (_, .vendor): .vendor
        case (_, .webhooks): .webhook
        case (.fill, _), (.alarm, _), (.wipe, _): .storage
        case (.skew, _): .clock
        default: .process
        }
    }

    /// How long it lasts, in milliseconds: until a killed process is started again, or a link is whole again.
    var milliseconds: ClosedRange<Int> {
        switch (action, target) {
        case (.kill, .everything): 500...8_000
        case (.kill, .postgres): 100...8_000
        case (.kill, _): 100...20_000
        // Longer than every lease that is kept alive by work, and longer than a time-out.
        case (.stop, _): 1_000...60_000
        case (.reset, _), (.truncate, _): 50...500
        case (.cut, _): 200...15_000
        case (.silence, _): 1_000...40_000
        case (.delay, _): 2_000...20_000
        case (.fill, _): 3_000...12_000
        case (.alarm, _): 2_000...15_000
        case (.wipe, _): 200...3_000
        case (.skew, _): 5_000...40_000
        default: 0...0
        }
    }

    /// How long the target may need to be itself again once the fault has ended; nothing else befalls it until then.
    var recoveryMilliseconds: Int {
        switch (action, target) {
        case (.kill, .everything), (.kill, .broker), (.wipe, _), (.fill, .broker): 15_000
        case (.kill, .postgres), (.fill, .postgres): 5_000
        case (.kill, _), (.skew, _): 3_000
        case (.alarm, _): 4_000
        case (.stop, _): 1_000
        default: 300
        }
    }
}

/// What is broken by a fault.
enum FaultCategory: String, Sendable, CaseIterable {
    case process, network, storage, clock, vendor, webhook
}

extension FaultKind {
    /// Every kind, in a fixed order.
    static let all: [FaultKind] =
        SystemService.allCases.map { FaultKind(.kill, .service($0)) }
        + [FaultKind(.kill, .everything), FaultKind(.kill, .postgres), FaultKind(.kill, .broker)]
        + SystemService.allCases.map { FaultKind(.stop, .service($0)) }
        + Link.allCases.flatMap { link in
            [Action.cut, .reset, .silence, .delay, .truncate].map { FaultKind($0, .link(link)) }
        }
        + [
            FaultKind(.fill, .postgres), FaultKind(.fill, .broker), FaultKind(.alarm, .broker),
            FaultKind(.wipe, .broker),
        ]
        + SystemService.allCases.map { FaultKind(.skew, .service($0)) }
        + [
            Action.rateLimit, .serverError, .loseAnswer, .lateCommit, .slowAnswer, .expireToken, .refuseToken,
            .errorBody, .html,
        ].map { FaultKind($0, .vendor) }
        + [Action.duplicate, .late, .reorder, .drop].map { FaultKind($0, .webhooks) }
}
