import ArgumentParser
import CanonicalModel
import Foundation

/// How the words of a command line become values; what cannot be read is a wrong use.
enum Arguments {
    /// The current time, to the microsecond.
    @Sendable static func now() -> Instant {
        Instant(microseconds: Int64(Date().timeIntervalSince1970 * 1_000_000))
    }

    static func id(_ text: String, of what: String) throws -> CanonicalID {
        guard let id = CanonicalID(text) else {
            throw ValidationError("'\(text)' is no id of a \(what); an id has 36 characters")
        }
        return id
    }

    static func connection(_ text: String?) throws -> ConnectionID? {
        guard let text else { return nil }
        let connection = ConnectionID(text)
        guard connection.isValid else {
            throw ValidationError("'\(text)' is no connection: lower-case letters, digits and hyphens")
        }
        return connection
    }

    /// One of the words that a type knows.
    static func word<Value: RawRepresentable<String> & CaseIterable>(_ text: String?, _ type: Value.Type) throws
        -> Value?
    {
        try word(text, of: Value.allCases.map(\.rawValue)).flatMap(Value.init(rawValue:))
    }

    /// One of some words.
    static func word(_ text: String?, of words: [String]) throws -> String? {
        guard let text else { return nil }
        guard words.contains(text) else {
            throw ValidationError("'\(text)' is none of: \(words.joined(separator: ", "))")
        }
        return text
    }

    /// A moment: RFC 3339, a date in UTC, or a span back from now such as `90m`, `2h`, `3d`.
    static func moment(_ text: String?) throws -> Instant? {
        guard let text else { return nil }
        if let instant = Instant(text) ?? Instant(text + "T00:00:00Z") { return instant }
        let units: [Character: Int64] = ["s": 1, "m": 60, "h": 3600, "d": 86_400]
        guard let unit = text.last.flatMap({ units[$0] }), let count = Int64(text.dropLast()),
            (0...100_000).contains(count)
        else {
            throw ValidationError(
                "'\(text)' is no moment: 2026-11-21T08:00:00Z, 2026-11-21, or back from now: 90m, 2h, 3d")
        }
        return now().advanced(bySeconds: -count * unit)
    }

    static func limit(_ limit: Int) throws -> Int {
        guard (1...10_000).contains(limit) else { throw ValidationError("--limit goes from 1 to 10000") }
        return limit
    }
}
