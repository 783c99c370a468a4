public import CanonicalModel
internal import SyncCore
internal import SyncStore

/// A replay as people see it.
public struct ReplayReport: Sendable {
    let row: Replays.Row
    var items: [Replays.Item] = []

    /// Its id.
    public var id: CanonicalID { row.id }

    /// Whether nothing more happens unless somebody does something.
    public var isResting: Bool {
        switch row.state {
        case .running: false
        case .done: true
        case .paused, .stopped, .aborted: row.underWay == 0
        }
    }

    /// Whether a runner has taken it up.
    public var hasBegun: Bool { row.waiting < row.total }

    /// Whether every letter of it has ended, and none has failed.
    public var isGood: Bool { row.state == .done && row.failed == 0 }

    /// One line about how it goes.
    public var line: String {
        var words = "\(row.state.rawValue): \(row.succeeded + row.failed + row.skipped) of \(row.total)"
        words += ", \(row.succeeded) done, \(row.failed) failed, \(row.skipped) left out"
        if row.underWay > 0 { words += ", \(row.underWay) under way" }
        if row.state == .running { words += ", up to \(row.ramp.width) at once" }
        return row.note.map { "\(words) (\($0))" } ?? words
    }

    /// Everything about it.
    public var text: String {
        var lines = [
            "replay     \(row.id)", "state      \(line)",
            "letters    \(row.filter)", "asked for  \(Wording.second(row.madeAt)) by \(row.requestedBy): \(row.reason)",
            "stops at   \(row.failureLimit) failures, \(row.failures) so far",
            "last       \(Wording.second(row.updatedAt))",
        ]
        if !items.isEmpty {
            lines.append("not done")
            lines += items.map { "  \($0.letter)  \($0.state): \($0.outcome ?? "")" }
        }
        return lines.joined(separator: "\n")
    }

    /// For programs.
    public var json: JSONValue {
        var object: JSONObject = [
            "id": .string(row.id.description), "state": .string(row.state.rawValue),
            "letters": .string(row.filter), "requested_by": .string(row.requestedBy), "reason": .string(row.reason),
            "total": .int(row.total), "waiting": .int(row.waiting), "under_way": .int(row.underWay),
            "succeeded": .int(row.succeeded), "failed": .int(row.failed), "left_out": .int(row.skipped),
            "width": .int(row.ramp.width), "failure_limit": .int(row.failureLimit), "note": .text(row.note),
            "made_at": .moment(row.madeAt), "updated_at": .moment(row.updatedAt),
        ]
        if !items.isEmpty {
            object["not_done"] = .array(
                items.map { item in
                    [
                        "letter": .string(item.letter.description), "state": .string(item.state),
                        "outcome": .text(item.outcome), "at": .moment(item.changedAt),
                    ]
                })
        }
        return .object(object)
    }

    /// Replays for people, one a line.
    public static func table(_ replays: [ReplayReport]) -> String {
        guard !replays.isEmpty else { return "no replay is under way" }
        var table = TextTable(
            ("REPLAY", .leading), ("STATE", .leading), ("LETTERS", .trailing), ("DONE", .trailing),
            ("FAILED", .trailing), ("LEFT OUT", .trailing), ("UNDER WAY", .trailing), ("ASKED FOR", .leading),
            ("BY", .leading), ("WHICH", .leading))
        for replay in replays {
            let row = replay.row
            table.add(
                row.id.description, row.state.rawValue, "\(row.total)", "\(row.succeeded)", "\(row.failed)",
                "\(row.skipped)", "\(row.underWay)", Wording.second(row.madeAt), row.requestedBy,
                Wording.short(row.filter, 60))
        }
        return table.text()
    }

    /// Replays for spreadsheets.
    public static func csv(_ replays: [ReplayReport]) -> String {
        var csv = CSVText([
            "id", "state", "total", "waiting", "under_way", "succeeded", "failed", "left_out", "requested_by", "reason",
            "letters", "note", "made_at", "updated_at",
        ])
        for replay in replays {
            let row = replay.row
            csv.add([
                row.id.description, row.state.rawValue, "\(row.total)", "\(row.waiting)", "\(row.underWay)",
                "\(row.succeeded)", "\(row.failed)", "\(row.skipped)", row.requestedBy, row.reason, row.filter,
                row.note,
                row.madeAt.description, row.updatedAt.description,
            ])
        }
        return csv.text
    }
}
