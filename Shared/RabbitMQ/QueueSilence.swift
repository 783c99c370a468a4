/// Counts how often in a row a queue has let its consumer wait in vain, or has turned it away.
///
/// Pure. A queue may fail once while it recovers or chooses its leader; one that fails again on a fresh
/// connection, whose every declaration was answered, is suspect.
struct QueueSilence {
    /// So many failures make a queue suspect.
    static let limit = 2

    private var failures = 0

    var isSuspect: Bool { failures >= Self.limit }

    /// The broker did not answer the consumer in time, or ended its connection.
    mutating func failed() {
        failures += 1
    }

    /// The broker answered, or the queue has been examined: the count begins anew.
    mutating func end() {
        failures = 0
    }
}
