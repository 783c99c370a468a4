/// How a relay works.
public struct RelaySettings: Sendable {
    /// How many messages are published in one batch.
    public var batch = 500
    /// How many batches may wait for the broker's word at once.
    public var batchesInFlight = 4
    /// How many messages may wait in memory; what finds no room comes by recovery.
    public var capacity = 20_000
    /// How many bytes of bodies may wait in memory.
    public var byteCapacity = 64 << 20
    /// For how long a producer's rows are its own relay's; also the first wait before a message is published again that
    /// the broker did not confirm.
    public var lease = Duration.seconds(30)
    /// The longest wait before a message is published again that the broker did not confirm.
    public var pendingCeiling = Duration.seconds(900)
    /// The wait before a message is published again from memory that the broker has not answered.
    public var pause = Duration.seconds(1)
    /// The first wait before a message is published again that was confirmed and that nobody has settled.
    public var patience = Duration.seconds(900)
    /// The longest such wait.
    public var patienceCeiling = Duration.seconds(43_200)
    /// How long confirmed messages are collected before they are marked; most are settled by then and need no mark.
    public var markDelay = Duration.milliseconds(100)
    /// From one look for due rows to the next, of all relays of an installation together.
    public var recoveryInterval = Duration.seconds(5)
    /// How many rows one look walks over, behind where the last one ended.
    public var recoveryPage = 20_000
    /// The newest rows, up to this age, are looked at every time.
    public var recoveryTail = Duration.seconds(120)
    /// How long the end of `run()` may take.
    public var drain = Duration.seconds(10)

    /// The defaults.
    public init() {}

    var backoff: MessageTable.Backoff {
        MessageTable.Backoff(
            pending: lease, pendingCeiling: pendingCeiling, published: patience, publishedCeiling: patienceCeiling)
    }
}
