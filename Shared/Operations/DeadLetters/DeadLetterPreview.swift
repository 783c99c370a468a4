public import CanonicalModel
internal import SyncStore

/// What a replay of some letters would do, as people see it.
public struct DeadLetterPreview: Sendable {
    var letters: [(report: DeadLetterReport, preview: LetterPreview)] = []
    /// Whether these are all letters that were asked for.
    public internal(set) var isWhole = true

    /// How many letters there are of each verdict.
    public var counts: [(verdict: String, count: Int)] {
        LetterPreview.Verdict.allCases.compactMap { verdict in
            let count = letters.lazy.filter { $0.preview.verdict == verdict }.count
            return count > 0 ? (verdict.rawValue, count) : nil
        }
    }

    /// How many letters were looked at.
    public var total: Int { letters.count }

    /// For people.
    public var text: String {
        guard !letters.isEmpty else { return "no dead letter matches" }
        var lines: [String] = []
        for (report, preview) in letters {
            let letter = report.row.letter
            let what = [letter.connection?.name, letter.entity?.rawValue, letter.code].compactMap { $0 }
            lines.append("\(letter.id)  \(what.joined(separator: " "))  \(preview.line)")
            if let line = report.context?.line, !line.isEmpty { lines.append("    \(line)") }
            let width = preview.changes.map(\.field.count).max() ?? 0
            for change in preview.changes {
                let space = String(repeating: " ", count: width - change.field.count)
                lines.append(
                    "    \(change.field)\(space)  \(Wording.short(change.shown, 48)) → \(Wording.short(change.wanted, 48))"
                )
            }
        }
        let sum = counts.map { "\($0.count) \($0.verdict.replacing("_", with: " "))" }.joined(separator: ", ")
        lines.append("\(total) \(total == 1 ? "letter" : "letters"): \(sum)" + (isWhole ? "" : "; there are more"))
        return lines.joined(separator: "\n")
    }

    /// For programs.
    public var json: JSONValue {
        var sums = JSONObject()
        for (verdict, count) in counts { sums[verdict] = .int(count) }
        return [
            "total": .int(total), "whole": .bool(isWhole), "counts": .object(sums),
            "letters": .array(
                letters.map { report, preview in
                    var object = report.json
                    object["preview"] = preview.json
                    return object
                }),
        ]
    }

    /// For spreadsheets: a line per field that would change, and one for a letter without any.
    public var csv: String {
        var csv = CSVText([
            "letter", "connection", "entity", "record", "code", "verdict", "words", "field", "shown", "wanted",
            "customer",
            "job", "invoice", "amount",
        ])
        for (report, preview) in letters {
            let letter = report.row.letter
            let changes = preview.changes.isEmpty ? [nil] : preview.changes.map(Optional.some)
            for change in changes {
                csv.add([
                    letter.id.description, letter.connection?.name, letter.entity?.rawValue,
                    letter.record?.description, letter.code, preview.verdict.rawValue, preview.words, change?.field,
                    change?.shown, change?.wanted, report.context?.customer, report.context?.job,
                    report.context?.invoice, report.context?.amount,
                ])
            }
        }
        return csv.text
    }
}
