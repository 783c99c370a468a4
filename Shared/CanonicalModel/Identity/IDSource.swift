/// Makes new ids; injected, so that a test or the simulation knows them in advance.
public struct IDSource: Sendable {
    private let make: @Sendable (Instant) -> CanonicalID

    /// Takes the function that makes an id for a moment.
    public init(_ make: @escaping @Sendable (Instant) -> CanonicalID) {
        self.make = make
    }

    /// Makes ids from the system's random numbers.
    public static let random = IDSource { now in
        CanonicalID(time: now, random: (.random(in: .min ... .max), .random(in: .min ... .max)))
    }

    /// Makes one id, stamped with `now`.
    public func next(_ now: Instant) -> CanonicalID {
        make(now)
    }
}
