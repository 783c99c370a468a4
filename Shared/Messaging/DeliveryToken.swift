/// Names one delivery to the source that handed it out.
///
/// The broker numbers deliveries anew on every connection, so that a number alone could settle the wrong message after
/// a reconnection. The epoch tells them apart.
public struct DeliveryToken: Sendable, Hashable {
    /// Counts the connections of its source.
    public let epoch: UInt64
    /// Counts the deliveries within the epoch, from 1.
    public let tag: UInt64

    /// Creates a token; only a source, or a test that stands for one, has a reason to.
    public init(epoch: UInt64, tag: UInt64) {
        self.epoch = epoch
        self.tag = tag
    }
}
