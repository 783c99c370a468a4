internal import CanonicalModel

/// How moments, spans and values are written for people.
enum Wording {
    /// A span of time in its two largest units: `4 s`, `3 min 20 s`, `2 d 5 h`.
    static func span(seconds: Int64) -> String {
        let seconds = max(seconds, 0)
        let units: [(Int64, String)] = [(86_400, "d"), (3600, "h"), (60, "min"), (1, "s")]
        guard let index = units.firstIndex(where: { seconds >= $0.0 }) else { return "0 s" }
        let (size, name) = units[index]
        var text = "\(seconds / size) \(name)"
        if index + 1 < units.count, seconds % size / units[index + 1].0 > 0 {
            text += " \(seconds % size / units[index + 1].0) \(units[index + 1].1)"
        }
        return text
    }

    /// How long ago a moment was; `-` for none.
    static func age(_ moment: Instant?, at now: Instant) -> String {
        moment.map { span(seconds: now.seconds(since: $0)) } ?? "-"
    }

    /// A moment to the second.
    static func second(_ moment: Instant) -> String {
        Instant(seconds: moment.seconds(since: Instant(seconds: 0))).description
    }

    /// The first characters of a text, in one line.
    static func short(_ text: String, _ limit: Int) -> String {
        let line = text.split(whereSeparator: \.isNewline).joined(separator: " ")
        return line.count <= limit ? line : line.prefix(limit - 1) + "…"
    }

    /// One of the words that a type knows; nil where none is given.
    static func read<Value: RawRepresentable<String> & CaseIterable>(
        _ word: String?, as type: Value.Type
    ) throws(OperationFailure) -> Value? {
        guard let word else { return nil }
        if let value = Value(rawValue: word) { return value }
        throw OperationFailure("'\(word)' is none of: \(Value.allCases.map(\.rawValue).joined(separator: ", "))")
    }

    /// A value as it is written in messages; `(none)` for a field that is cleared.
    static func value(_ value: PatchValue, _ field: FieldName, of entity: EntityKind) -> String {
        guard let value = value.value else { return "(none)" }
        // Fields that are no fields of the model hold a flag or words.
        let type = ModelCatalog.field(field, of: entity)?.type
        for type in [type, .flag, .notes].compactMap({ $0 }) {
            if let bytes = try? FieldCoding.encode(value, as: type) { return String(decoding: bytes, as: UTF8.self) }
        }
        return "(unreadable)"
    }
}

extension JSONValue {
    static func text(_ value: String?) -> JSONValue { value.map(JSONValue.string) ?? .null }
    static func moment(_ value: Instant?) -> JSONValue { .text(value?.description) }
}
