/// What a connection is for: publishing or consuming.
///
/// A value inside the connection's actor; every method runs on its thread.
protocol ConnectionRole {
    /// Sets the fresh channel up; the topology is declared.
    mutating func begin(on handle: AMQPHandle) throws(RabbitError)

    /// Takes one event in.
    mutating func receive(_ event: AMQPEvent) throws(RabbitError)

    /// Hands over what has been received, after a run of events.
    mutating func deliver()

    /// Sends what can be sent without blocking.
    mutating func flush(on handle: AMQPHandle) throws(RabbitError) -> SendBacklog

    /// The channel, or the connection with it, is gone.
    mutating func lost(_ reason: String)

    /// Gives up what has waited too long.
    mutating func expire(now: ContinuousClock.Instant)

    /// When `expire` is next to be called.
    var nextDeadline: ContinuousClock.Instant? { get }

    /// Takes nothing new from now on.
    mutating func drain(on handle: AMQPHandle?)

    /// Whether everything in flight is finished.
    var isDrained: Bool { get }

    /// Answers whoever still waits: nothing more will come.
    mutating func finish(_ reason: String)

    /// The queue that has let us wait in vain again and again; nil when there is none.
    var suspectQueue: String? { get }

    /// How many examinations in a row have found the suspect queue without a process.
    var turnedAway: Int { get }

    /// The suspect queue is examined: its failures count anew.
    mutating func examined()

    /// What was found.
    mutating func found(_ verdict: QueueVerdict)

    /// For `RabbitHealth`.
    var inFlight: Int { get }
    /// For `RabbitHealth`.
    var waiting: Int { get }
}

extension ConnectionRole {
    var suspectQueue: String? { nil }

    var turnedAway: Int { 0 }

    mutating func examined() {}

    mutating func found(_ verdict: QueueVerdict) {}
}

/// What is left to send after a flush.
enum SendBacklog {
    /// Nothing that could go now.
    case none
    /// More; call again.
    case more
    /// More, once the socket takes it.
    case socketFull
}
