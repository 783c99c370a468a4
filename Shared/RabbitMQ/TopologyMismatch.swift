/// Reads the broker's complaint that something exists with other properties.
///
/// AMQP 0-9-1 cannot ask for a queue's arguments. What it does: to declare a queue or an exchange that exists is to have
/// it compared, property by property, and a difference comes back as error 406 whose text names both sides.
struct TopologyMismatch: Equatable {
    let property: String
    let wanted: String
    let found: String

    /// Parses, for instance, `PRECONDITION_FAILED - inequivalent arg 'x-max-length' for queue 'q' in vhost '/': received
    /// the value '5' of type 'signedint' but current is none`; nil for another text.
    init?(parsing text: String) {
        guard let name = Self.between("inequivalent arg '", "'", in: text[...]),
            let received = Self.between(": received ", " but current is ", in: text[...])
        else { return nil }
        property = String(name.value)
        wanted = Self.plain(received.value)
        found = Self.plain(received.rest)
    }

    /// One sentence with both sides.
    func description(of object: String) -> String {
        "\(object) has \(property) \(found) at the broker, but should have \(wanted);"
            + " delete it once it is empty, or declare what is there"
    }

    private static func plain(_ side: Substring) -> String {
        between("'", "'", in: side).map { String($0.value) } ?? String(side)
    }

    private static func between(
        _ before: String, _ after: String, in text: Substring
    ) -> (value: Substring, rest: Substring)? {
        guard let start = find(before, in: text) else { return nil }
        let rest = text[start.upperBound...]
        guard let end = find(after, in: rest) else { return nil }
        return (rest[..<end.lowerBound], rest[end.upperBound...])
    }

    private static func find(_ part: String, in text: Substring) -> Range<Substring.Index>? {
        var index = text.startIndex
        while index < text.endIndex {
            if text[index...].hasPrefix(part) { return index..<text.index(index, offsetBy: part.count) }
            index = text.index(after: index)
        }
        return nil
    }
}
