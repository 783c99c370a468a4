public import CanonicalModel
internal import SyncCore
internal import SyncStore

/// How many letters there are, as people see it.
public struct DeadLetterTally: Sendable {
    let rows: [DeadLetters.Tally]
    let now: Instant

    /// How many there are in all.
    public var total: Int { rows.reduce(0) { $0 + $1.count } }

    /// For people.
    public var text: String {
        guard !rows.isEmpty else { return "0 letters" }
        var table = TextTable(
            ("LETTERS", .trailing), ("STATE", .leading), ("CLASS", .leading), ("CONNECTION", .leading),
            ("OLDEST", .leading))
        for row in rows {
            table.add(
                "\(row.count)", row.state.rawValue, row.failureClass.rawValue, row.connection?.name ?? "-",
                Wording.age(row.oldestAt, at: now))
        }
        return "\(total) \(total == 1 ? "letter" : "letters")\n" + table.text()
    }

    /// For programs.
    public var json: JSONValue {
        [
            "total": .int(total),
            "counts": .array(
                rows.map { row in
                    [
                        "letters": .int(row.count), "state": .string(row.state.rawValue),
                        "class": .string(row.failureClass.rawValue), "connection": .text(row.connection?.name),
                        "oldest_failed_at": .moment(row.oldestAt),
                    ]
                }),
        ]
    }

    /// For spreadsheets.
    public var csv: String {
        var csv = CSVText(["letters", "state", "class", "connection", "oldest_failed_at"])
        for row in rows {
            csv.add([
                "\(row.count)", row.state.rawValue, row.failureClass.rawValue, row.connection?.name,
                row.oldestAt.description,
            ])
        }
        return csv.text
    }
}
