public import CanonicalModel
internal import SyncCore
internal import SyncStore

/// Letters by their cause, as people see them.
public struct DeadLetterGroups: Sendable {
    let rows: [DeadLetters.Group]
    let now: Instant

    /// For people.
    public var text: String {
        guard !rows.isEmpty else { return "no dead letter matches" }
        var table = TextTable(
            ("GROUP", .leading), ("LETTERS", .trailing), ("RECORDS", .trailing), ("CLASS", .leading),
            ("CODE", .leading), ("CONNECTION", .leading), ("ENTITY", .leading), ("OLDEST", .leading),
            ("LAST", .leading), ("CAUSE", .leading))
        for group in rows {
            table.add(
                group.key, "\(group.count)", "\(group.records)", group.failureClass.rawValue,
                Wording.short(group.code, 24), group.connection?.name ?? "-", group.entity?.rawValue ?? "-",
                Wording.age(group.firstAt, at: now), Wording.age(group.lastAt, at: now),
                Wording.short(group.pattern, 90))
        }
        return table.text()
    }

    /// For programs.
    public var json: JSONValue {
        .array(
            rows.map { group in
                [
                    "group": .string(group.key), "letters": .int(group.count), "records": .int(group.records),
                    "attempts": .int(group.attempts), "class": .string(group.failureClass.rawValue),
                    "code": .string(group.code), "connection": .text(group.connection?.name),
                    "entity": .text(group.entity?.rawValue), "cause": .string(group.pattern),
                    "fix": .string(group.fix), "first_failed_at": .moment(group.firstAt),
                    "last_failed_at": .moment(group.lastAt), "example": .string(group.example.description),
                ]
            })
    }

    /// For spreadsheets.
    public var csv: String {
        var csv = CSVText([
            "group", "letters", "records", "attempts", "class", "code", "connection", "entity", "cause", "fix",
            "first_failed_at", "last_failed_at", "example",
        ])
        for group in rows {
            csv.add([
                group.key, "\(group.count)", "\(group.records)", "\(group.attempts)", group.failureClass.rawValue,
                group.code, group.connection?.name, group.entity?.rawValue, group.pattern, group.fix,
                group.firstAt.description, group.lastAt.description, group.example.description,
            ])
        }
        return csv.text
    }
}
