public import CanonicalModel
internal import SyncCore
internal import SyncStore

/// Which dead letters are wanted; nil does not restrict.
public struct DeadLetterQuery: Sendable {
    /// These ones, whatever else is asked.
    public var ids: [CanonicalID] = []
    /// Of this group.
    public var group: String?
    /// Of this connection.
    public var connection: ConnectionID?
    /// Of this class, in the word that letters show.
    public var failureClass: String?
    /// Of this kind of record.
    public var entity: EntityKind?
    /// With these words.
    public var text: String?
    /// That failed last at this time or later.
    public var since: Instant?
    /// That failed first before this time.
    public var until: Instant?
    /// That stand so, in the words that letters show; all of them where it is empty.
    public var states: [String] = ["open"]

    /// Every open letter.
    public init() {}

    /// The classes of failure, in the words that letters show.
    public static var classes: [String] { FailureClass.allCases.map(\.rawValue) }

    /// How letters may stand, in the words that they show.
    public static var allStates: [String] { DeadLetters.State.allCases.map(\.rawValue) }

    /// Whether it names no letter and restricts nothing but the state.
    public var isUnrestricted: Bool { words.isEmpty }

    /// What it asks for, in words.
    public var description: String { words.isEmpty ? "every letter" : words.joined(separator: ", ") }

    private var words: [String] {
        var words: [String] = []
        if ids.count == 1 { words.append("letter \(ids[0])") }
        if ids.count > 1 { words.append("\(ids.count) letters by id") }
        if let group { words.append("group \(group)") }
        if let connection { words.append("connection \(connection)") }
        if let failureClass { words.append("class \(failureClass)") }
        if let entity { words.append("entity \(entity.rawValue)") }
        if let text { words.append("with '\(text)'") }
        if let since { words.append("since \(since)") }
        if let until { words.append("until \(until)") }
        return words
    }

    /// What the store is asked.
    ///
    /// - Throws: `OperationFailure` for a word that there is not.
    func filter(searchesPayload: Bool) throws(OperationFailure) -> DeadLetters.Filter {
        var filter = DeadLetters.Filter()
        filter.ids = ids.isEmpty ? nil : ids
        filter.group = group
        filter.connection = connection
        filter.failureClass = try Wording.read(failureClass, as: FailureClass.self)
        filter.entity = entity
        filter.text = text
        filter.searchesPayload = searchesPayload
        filter.since = since
        filter.until = until
        filter.states = []
        for word in states {
            if let state = try Wording.read(word, as: DeadLetters.State.self) { filter.states.append(state) }
        }
        return filter
    }
}
