public import CanonicalModel
internal import SyncCore
internal import SyncStore

/// A dead letter as people see it.
public struct DeadLetterReport: Sendable {
    let row: DeadLetters.Row
    let context: LetterContext?
    var payload: JSONValue?
    var edits: [LetterEdits.Made] = []

    init(row: DeadLetters.Row, context: LetterContext?) {
        self.row = row
        self.context = context
    }

    /// Its id.
    public var id: CanonicalID { row.letter.id }

    /// For people, everything.
    public var text: String {
        let letter = row.letter
        var lines: [(String, String)] = [
            ("letter", "\(letter.id) (\(row.state.rawValue))"),
            ("failure", "\(letter.failureClass.rawValue), \(letter.code)"),
            ("cause", letter.failure),
            ("fix", letter.fix),
            (
                "attempts",
                "\(letter.attempts), first \(Wording.second(row.firstFailedAt)), last \(Wording.second(letter.failedAt))"
            ),
            ("came from", Self.origin(letter)),
        ]
        if let group = row.group { lines.append(("group", group)) }
        if let connection = letter.connection { lines.append(("connection", connection.name)) }
        if let entity = letter.entity {
            lines.append(("concerns", letter.record.map { "\(entity.rawValue) \($0)" } ?? entity.rawValue))
        }
        if let native = letter.native { lines.append(("object", native.description)) }
        if let context {
            if !context.line.isEmpty { lines.append(("business", context.line)) }
            for record in context.records {
                lines.append(
                    (
                        record.entity.rawValue,
                        "\(record.id)" + (record.places.isEmpty ? "" : ": " + record.places.joined(separator: ", "))
                    ))
            }
        }
        if let replay = row.replay { lines.append(("replay", replay.description)) }
        if let closing = row.closing {
            let by = closing.by.map { " by \($0)" } ?? ""
            lines.append(("ended", "\(Wording.second(closing.at))\(by)" + (closing.reason.map { ": \($0)" } ?? "")))
        }
        for edit in edits {
            lines.append(("edited", "\(Wording.second(edit.at)) by \(edit.by): \(edit.changes) (\(edit.reason))"))
        }
        if let correlation = letter.correlation { lines.append(("correlation", correlation.description)) }
        for (name, value) in letter.headers.sorted(by: { $0.key < $1.key }) {
            lines.append(("header", "\(name): \(value)"))
        }
        let width = (lines.map(\.0.count).max() ?? 0) + 2
        var text = lines.map { name, value in
            name + String(repeating: " ", count: width - name.count) + value
        }
        if let payload { text += ["payload", "  " + payload.prettyText] }
        return text.joined(separator: "\n")
    }

    /// For programs.
    public var json: JSONValue {
        let letter = row.letter
        var headers = JSONObject()
        for (name, value) in letter.headers.sorted(by: { $0.key < $1.key }) { headers[name] = .string(value) }
        var object: JSONObject = [
            "id": .string(letter.id.description), "state": .string(row.state.rawValue), "group": .text(row.group),
            "source": .string(letter.source.rawValue),
            "queue": .text(letter.queue), "message": .text(letter.message?.description),
            "generation": .int(letter.generation), "connection": .text(letter.connection?.name),
            "entity": .text(letter.entity?.rawValue), "record": .text(letter.record?.description),
            "native": letter.native.map { ["type": .string($0.type), "id": .string($0.id)] } ?? .null,
            "class": .string(letter.failureClass.rawValue), "code": .string(letter.code),
            "failure": .string(letter.failure), "fix": .string(letter.fix), "attempts": .int(letter.attempts),
            "first_failed_at": .moment(row.firstFailedAt), "last_failed_at": .moment(letter.failedAt),
            "correlation": .text(letter.correlation?.description), "headers": .object(headers),
            "context": context?.json ?? .null, "replay": .text(row.replay?.description),
            "closed_at": .moment(row.closing?.at), "closed_by": .text(row.closing?.by),
            "closing": .text(row.closing?.reason),
        ]
        if !edits.isEmpty {
            object["edits"] = .array(
                edits.map { edit in
                    [
                        "at": .moment(edit.at), "by": .string(edit.by), "reason": .string(edit.reason),
                        "changes": .string(edit.changes),
                    ]
                })
        }
        if let payload { object["payload"] = payload }
        return .object(object)
    }

    /// Letters for people, one a line.
    public static func table(_ letters: [DeadLetterReport]) -> String {
        guard !letters.isEmpty else { return "no dead letter matches" }
        var table = TextTable(
            ("LETTER", .leading), ("LAST FAILED", .leading), ("CLASS", .leading), ("CODE", .leading),
            ("CONNECTION", .leading), ("ENTITY", .leading), ("TIMES", .trailing), ("STATE", .leading),
            ("GROUP", .leading), ("BUSINESS", .leading), ("FAILURE", .leading))
        for report in letters {
            let letter = report.row.letter
            table.add(
                letter.id.description, Wording.second(letter.failedAt), letter.failureClass.rawValue,
                Wording.short(letter.code, 24), letter.connection?.name ?? "-", letter.entity?.rawValue ?? "-",
                "\(letter.attempts)", report.row.state.rawValue, report.row.group ?? "-",
                report.context.map { $0.line.isEmpty ? "-" : Wording.short($0.line, 48) } ?? "-",
                Wording.short(letter.failure, 80))
        }
        return table.text()
    }

    /// The columns of letters in spreadsheets.
    public static let columns = [
        "id", "state", "group", "class", "code", "connection", "entity", "record", "native_type", "native_id",
        "attempts", "first_failed_at", "last_failed_at", "failure", "fix", "customer", "job", "invoice", "amount",
        "places", "source", "queue", "message", "generation", "correlation", "closed_at", "closed_by", "closing",
        "payload",
    ]

    /// The values of those columns.
    public var cells: [String] {
        let letter = row.letter
        let places = context?.records.first?.places.joined(separator: "; ")
        let values: [String?] = [
            letter.id.description, row.state.rawValue, row.group, letter.failureClass.rawValue, letter.code,
            letter.connection?.name, letter.entity?.rawValue, letter.record?.description, letter.native?.type,
            letter.native?.id, "\(letter.attempts)", row.firstFailedAt.description, letter.failedAt.description,
            letter.failure, letter.fix, context?.customer, context?.job, context?.invoice, context?.amount, places,
            letter.source.rawValue, letter.queue, letter.message?.description, "\(letter.generation)",
            letter.correlation?.description, row.closing?.at.description, row.closing?.by, row.closing?.reason,
            payload?.jsonText,
        ]
        return values.map { $0 ?? "" }
    }

    private static func origin(_ letter: DeadLetters.Letter) -> String {
        var text = letter.source.rawValue
        if let queue = letter.queue { text += ", queue \(queue)" }
        if let message = letter.message { text += ", message \(message) (generation \(letter.generation))" }
        return text
    }
}
