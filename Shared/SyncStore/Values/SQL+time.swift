import Postgres

// Leases, delays and due times are reckoned by the database's clock alone: the clocks of replicas may differ.
extension SQL {
    /// The database's time after a delay.
    static func after(_ delay: Duration) -> SQL {
        "(clock_timestamp() + \(delay.wholeMicroseconds) * interval '1 microsecond')"
    }

    /// A span of time.
    static func interval(_ span: Duration) -> SQL {
        "(\(span.wholeMicroseconds) * interval '1 microsecond')"
    }
}

extension Duration {
    /// The duration in microseconds, rounded to zero, at most a thousand years.
    var wholeMicroseconds: Int64 {
        let (seconds, attoseconds) = components
        let limit: Int64 = 31_557_600_000
        guard seconds > -limit, seconds < limit else { return seconds < 0 ? -limit * 1_000_000 : limit * 1_000_000 }
        return seconds * 1_000_000 + attoseconds / 1_000_000_000_000
    }
}
