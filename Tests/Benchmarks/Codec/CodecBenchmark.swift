import CanonicalModel
import Foundation

/// An event of about 900 bytes written and read, on one core, beside Foundation doing the same to the bare JSON.
struct CodecBenchmark {
    let setup: BenchSetup
    private let count = 20_000

    init(setup: BenchSetup) {
        self.setup = setup
    }

    func measure() throws -> [Figure] {
        let event = try Self.event()
        let bytes = try EventCoding.encode(event, schema: .current)
        guard (800...1200).contains(bytes.count), try EventCoding.decode(bytes) == event else {
            throw BenchFailure("the event has \(bytes.count) bytes, or is another one once it was read")
        }
        var ours: [Double] = []
        var foundation: [Double] = []
        for _ in 0..<setup.rounds {
            ours.append(
                try rate { _ = try EventCoding.decode(EventCoding.encode(event, schema: .current)) })
            let document = try JSONSerialization.jsonObject(with: Data(bytes))
            foundation.append(
                try rate {
                    let written = try JSONSerialization.data(withJSONObject: document)
                    _ = try JSONSerialization.jsonObject(with: written)
                })
        }
        var figure = Figure("codec.events_per_second", "events/s", ours)
        figure.compare(with: "foundation", Figure("foundation", "events/s", foundation))
        return [figure]
    }

    private func rate(_ body: () throws -> Void) rethrows -> Double {
        let start = ContinuousClock.now
        for _ in 0..<count { try body() }
        return Double(count) / (ContinuousClock.now - start).inSeconds
    }

    /// An update of a job as a field service system sends it.
    private static func event() throws -> CanonicalEvent {
        guard let id = CanonicalID("0190d0f0-0000-7000-8000-000000000001"),
            let window = LocalAppointment(
                start: Instant(seconds: 1_763_632_800), end: Instant(seconds: 1_763_640_000), zone: "America/Chicago")
        else { throw BenchFailure("the event's id or appointment is none") }
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
    }
}
