/// Decides when a channel on which the broker refuses messages is to be given up.
///
/// Pure: no socket, no clock.
///
/// Our queues have no limit, so a refusal means that a queue had nobody to take the message: its leader is gone, and the
/// others have not agreed on the next one. RabbitMQ 3.10 may go on refusing for as long as a channel lives that began in
/// that moment, since it keeps asking the node that is gone; a new channel asks the new leader. A queue that has lost most
/// of its members refuses on any channel: so the patience grows, for other queues are served over the same connection.
struct Refusals {
    private static let first = Duration.seconds(1)
    private static let longest = Duration.seconds(30)

    private var isNoted = false
    private var since: ContinuousClock.Instant?
    private var patience = Refusals.first
    private var now: ContinuousClock.Instant?
    private var gaveUpAt: ContinuousClock.Instant?

    /// A fresh channel.
    mutating func begin() {
        isNoted = false
        since = nil
    }

    /// The broker has refused a message.
    mutating func note() { isNoted = true }

    /// Takes the time in; to be called before `areLasting`.
    mutating func look(now: ContinuousClock.Instant) {
        self.now = now
        guard isNoted, since == nil else { return }
        since = now
        // What was long ago says nothing of this.
        if let gaveUpAt, now - gaveUpAt > Self.longest * 2 { patience = Self.first }
    }

    /// Whether this channel has been refusing for as long as we wait.
    var areLasting: Bool {
        guard let since, let now else { return false }
        return now - since >= patience
    }

    /// The channel is given up; the next one is given more time.
    mutating func giveUp() {
        gaveUpAt = now
        patience = min(patience * 2, Self.longest)
    }
}
