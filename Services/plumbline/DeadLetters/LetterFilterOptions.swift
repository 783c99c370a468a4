import ArgumentParser
import CanonicalModel
import Operations

/// Which letters a verb is about.
struct LetterFilterOptions: ParsableArguments {
    @Option(help: "Only of this group; `group` shows them.")
    var group: String?

    @Option(help: "Only of this connection.")
    var connection: String?

    @Option(
        name: .customLong("class"),
        help: ArgumentHelp("Only of this class of failure, such as validation or undecodable.", valueName: "class"))
    var failureClass: String?

    @Option(help: "Only of this kind of record.")
    var entity: String?

    @Option(help: "Only with these words in failure, fix, code, ids, headers or payload.")
    var text: String?

    @Option(help: "Only what failed at this time or later: RFC 3339, a date, or back from now: 90m, 2h, 3d.")
    var since: String?

    @Option(help: "Only what failed first before this time.")
    var until: String?

    /// What is asked for.
    ///
    /// - Parameter letters: ids that were named beside the filters.
    func query(_ letters: [String] = []) throws -> DeadLetterQuery {
        var query = DeadLetterQuery()
        query.ids = try letters.map { try Arguments.id($0, of: "dead letter") }
        query.group = group
        query.connection = try Arguments.connection(connection)
        query.failureClass = try Arguments.word(failureClass, of: DeadLetterQuery.classes)
        query.entity = try Arguments.word(entity, EntityKind.self)
        query.text = text
        query.since = try Arguments.moment(since)
        query.until = try Arguments.moment(until)
        return query
    }

    /// What is asked for, where letters are to be changed: nobody changes all of them by leaving a word out.
    func query(_ letters: [String], all: Bool) throws -> DeadLetterQuery {
        let query = try query(letters)
        guard query.isUnrestricted == all else {
            throw ValidationError(
                all ? "--all goes with no id and no filter" : "name letters, a filter such as --group, or --all")
        }
        return query
    }
}

/// Which letters a verb is about, by how they stand.
struct LetterStateOptions: ParsableArguments {
    @Flag(help: "Which ones.")
    var which = Which.open

    @Option(help: "Only those that stand so: open, replaying, replayed, resolved, archived.")
    var state: String?

    /// Whether only letters that wait for a person are meant.
    enum Which: EnumerableFlag {
        case open
        case all

        static func help(for value: Which) -> ArgumentHelp? {
            value == .open ? "Those that wait for a person." : "Also those that are replayed, resolved or archived."
        }
    }

    /// The states in their words.
    func states() throws -> [String] {
        if let state = try Arguments.word(state, of: DeadLetterQuery.allStates) { return [state] }
        return which == .open ? ["open"] : []
    }
}
