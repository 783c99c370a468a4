import CanonicalModel

/// What came of a schedule.
public struct Play: Sendable {
    /// The promises that were broken.
    public let violations: [Violation]
    /// How many of the actions could be done.
    public let actions: Int
    /// How many requests of ours the vendors have carried out.
    public let writes: Int
    /// How many steps of services and other happenings there were.
    public let steps: Int
    /// How long it took by the clock of the schedule, in microseconds.
    public let length: Int64
    /// Stands for everything that happened at the vendors: equal for equal histories.
    public let digest: UInt64

    /// How many records wait for a person because of a request that nobody could prevent.
    public let explained: Int
    /// What has happened at the vendors, line by line; empty where no promise was broken.
    public let chronicle: [String]

    init(_ world: World) {
        violations = Checker(world: world).violations()
        chronicle = violations.isEmpty ? [] : Chronicle.lines(of: world)
        explained = (0..<Schedule.records).count { RecordChecker(world: world, record: $0).isExplained }
        actions = world.deeds.count(where: \.isDone)
        writes = world.ourWrites
        steps = world.happenings
        length = world.elapsed
        var digest: UInt64 = 0xCBF2_9CE4_8422_2325
        func mix(_ number: some BinaryInteger) {
            digest = (digest ^ UInt64(truncatingIfNeeded: number)) &* 0x0000_0100_0000_01B3
        }
        for vendor in world.vendors {
            for change in vendor.history {
                mix(change.at.microseconds)
                for byte in change.native.description.utf8 { mix(byte) }
                mix(change.fields.count)
            }
        }
        self.digest = digest
    }
}
