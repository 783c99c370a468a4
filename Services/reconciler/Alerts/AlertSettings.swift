import CanonicalModel
import ServiceKit
import SyncPolicy
import SyncStore

/// What may be, and for how long, before somebody is told.
struct AlertSettings: Sendable {
    /// How long a condition must last that comes and goes in daily work.
    var hold = Duration.seconds(20)
    /// How long a condition must have been gone before its alert is resolved, so that one that flickers is one alert.
    var calm = Duration.seconds(15)
    /// How old the oldest change on its way may become, by the class of its entity.
    var objectives: [SyncClass: Duration] = [
        .realTime: .seconds(60), .nearRealTime: .seconds(300), .batch: .seconds(3600),
    ]
    /// The same for single flows, the first that fits.
    var exceptions: [FlowObjective] = []
    /// How long a probe may be under way.
    var canary = Duration.seconds(60)
    /// How long beyond its pace a loop may take to come to its end.
    var stall = Duration.seconds(60)
    /// How long work may be due, and an object to be read, without anybody doing it.
    var backlog = Duration.seconds(120)
    /// How long changes that no webhook told of may be known without a webhook coming.
    var silence = Duration.seconds(300)
    /// How many such changes there must be.
    var missed = 2
    /// How long a circuit may be open, and an account be out of calls.
    var outage = Duration.seconds(60)
    /// How long an access token may have run out.
    var token = Duration.seconds(600)
    /// How long an audit entry may be without a seal.
    var seal = Duration.seconds(120)
    /// How long the log may be without an anchor.
    var anchor = Duration.seconds(3600)
    /// After this time a dead letter is overdue (R25.12).
    var letters = Duration.seconds(14_400)
    /// After this time a lateness is critical, whatever its objective.
    var grave = Duration.seconds(3600)

    /// How old the oldest change of a flow may become.
    func objective(of flow: Flow, in policy: SourceOfTruth) -> Duration {
        if let exception = exceptions.first(where: { $0.fits(flow) }) { return exception.within }
        let syncClass = policy.entities[flow.entity]?.syncClass ?? .batch
        return objectives[syncClass] ?? .seconds(3600)
    }
}
