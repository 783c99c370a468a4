/// Something that did not come true within the time it may take.
struct Disappointment: Error, CustomStringConvertible {
    let awaited: String
    let system: String
    let instead: String
    var record: String?

    /// Where to look for the cause.
    var look: [String] {
        ["plumbline dead-letters list", "plumbline records why \(record ?? "ID")", "the logs in .plumbline/log"]
    }

    var description: String { text }

    var text: String {
        """
        \(system): \(awaited)
                  what is there instead: \(instead)
                  where to look: \(look.joined(separator: " · "))
        """
    }
}
