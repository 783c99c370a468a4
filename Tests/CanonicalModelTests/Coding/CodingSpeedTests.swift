import CanonicalModel
import Testing

@Suite("Speed of the codec")
struct CodingSpeedTests {
    /// An update of a job as a field service system sends it, about 900 bytes.
    static let event: CanonicalEvent? = {
        guard let id = CanonicalID("0190d0f0-0000-7000-8000-000000000001"),
            let window = LocalAppointment(
                start: Instant(seconds: 1_763_632_800), end: Instant(seconds: 1_763_640_000), zone: "America/Chicago")
        else { return nil }
        return CanonicalEvent(
            id: id, entity: .job, change: .updated, connection: ConnectionID("jobber-main"), role: .fsm,
            native: NativeReference(type: "Job", id: "Z2lkOi8vSm9iYmVyL0pvYi8xMjM0NTY3"), externalID: id,
            fields: [
                "title": .set(.text("Replace the roof of the north wing")),
                "status": .set(.choice("scheduled")),
                "scheduled_window": .set(.appointment(window)),
                "crew": .set(.texts(["Marta Lopez", "Ben Ode"])),
                "eta": .set(.instant(Instant(seconds: 1_763_632_800))),
                "total": .set(.money(Money(minorUnits: 1_250_000, currency: .usd))),
                "customer": .set(.reference(.native(NativeReference(type: "Client", id: "Z2lkOi8v"), .customer))),
                "labor_hours": .set(.quantity(Quantity(mantissa: 125, scale: 1))),
            ],
            changedAt: Instant(milliseconds: 1_763_632_800_123), observedAt: Instant(milliseconds: 1_763_632_801_456),
            actor: "marta@example.com",
            context: MessageContext(
                correlation: id, causation: id, hop: 1,
                traceparent: "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"))
    }()

    @Test("An event of about 900 bytes is written and read fast enough even without optimisation")
    func speed() throws {
        let event = try #require(Self.event)
        let bytes = try EventCoding.encode(event)
        #expect((800...1200).contains(bytes.count), "\(bytes.count) bytes")
        #expect(try EventCoding.decode(bytes) == event)
        let clock = ContinuousClock()
        let rounds = 500
        let writing = try clock.measure { for _ in 0..<rounds { _ = try EventCoding.encode(event) } }
        let reading = try clock.measure { for _ in 0..<rounds { _ = try EventCoding.decode(bytes) } }
        // A bound that only a mistake of another order of magnitude breaks.
        #expect(writing < .seconds(5) && reading < .seconds(5), "\(writing), \(reading)")
    }
}
