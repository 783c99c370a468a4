public import CanonicalModel
internal import SyncCore
internal import SyncStore

/// A dead letter as people see it.
public struct DeadLetterReport: Sendable {
    let row: DeadLetters.Row
    let payload: JSONValue?
    let places: [String]

    /// Its id.
    public var id: CanonicalID { row.letter.id }

    /// For people, everything.
    public var text: String {
        let letter = row.letter
        var lines: [(String, String)] = [
            ("letter", "\(letter.id) (\(row.state))"),
            ("failure", "\(letter.failureClass.rawValue), \(letter.code)"),
            ("cause", letter.failure),
            ("fix", letter.fix),
            (
                "attempts",
                "\(letter.attempts), first \(Wording.second(row.firstFailedAt)), last \(Wording.second(letter.failedAt))"
            ),
            ("came from", Self.origin(letter)),
        ]
        if let connection = letter.connection { lines.append(("connection", connection.name)) }
        if let entity = letter.entity {
            lines.append(("concerns", letter.record.map { "\(entity.rawValue) \($0)" } ?? entity.rawValue))
        }
        if let native = letter.native { lines.append(("object", native.description)) }
        for place in places { lines.append(("record is", place)) }
        if let correlation = letter.correlation { lines.append(("correlation", correlation.description)) }
        for (name, value) in letter.headers.sorted(by: { $0.key < $1.key }) {
            lines.append(("header", "\(name): \(value)"))
        }
        let width = 13
        var text = lines.map { name, value in
            name + String(repeating: " ", count: max(width - name.count, 1)) + value
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
            "id": .string(letter.id.description), "state": .string(row.state),
            "source": .string(letter.source.rawValue),
            "queue": .text(letter.queue), "message": .text(letter.message?.description),
            "generation": .int(letter.generation), "connection": .text(letter.connection?.name),
            "entity": .text(letter.entity?.rawValue), "record": .text(letter.record?.description),
            "native": letter.native.map { ["type": .string($0.type), "id": .string($0.id)] } ?? .null,
            "class": .string(letter.failureClass.rawValue), "code": .string(letter.code),
            "failure": .string(letter.failure), "fix": .string(letter.fix), "attempts": .int(letter.attempts),
            "first_failed_at": .moment(row.firstFailedAt), "last_failed_at": .moment(letter.failedAt),
            "correlation": .text(letter.correlation?.description), "headers": .object(headers),
        ]
        if let payload {
            object["places"] = .array(places.map(JSONValue.string))
            object["payload"] = payload
        }
        return .object(object)
    }

    private static func origin(_ letter: DeadLetters.Letter) -> String {
        var text = letter.source.rawValue
        if let queue = letter.queue { text += ", queue \(queue)" }
        if let message = letter.message { text += ", message \(message) (generation \(letter.generation))" }
        return text
    }
}
