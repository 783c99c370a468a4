import CanonicalModel
import Foundation
import VendorHTTP

/// The private note of an invoice: what people write there, and below it what is ours.
///
/// ```text
/// Customer asked for a second copy
/// Job 4711
/// [Plumbline 01a1fb67-1800-7000-8000-000000000001 hours=6.5 job=4711]
/// [Lines 3f2a/service/l1 81bc/labor/labor]
/// ```
///
/// Our lines are found again by what stands in the last brackets (`QuickBooksOnlineLine.Mark`). A note that would be too
/// long goes without it, and the lines have QuickBooks Online's ids for keys then.
struct QuickBooksOnlineNote: Equatable {
    /// How long a private note may be.
    private static let limit = 4000

    /// What people have written, and whatever else is not ours.
    var text = ""
    /// The record that the invoice is.
    var record: CanonicalID?
    /// The job's number.
    var job: String?
    /// The hours that the invoice bills.
    var hours: Quantity?
    /// The marks of our lines, in order.
    var marks: [QuickBooksOnlineLine.Mark] = []

    /// An empty note.
    init() {}

    /// Reads a note.
    init(_ note: String) {
        var others: [Substring] = []
        for line in note.split(separator: "\n", omittingEmptySubsequences: false) {
            let words = line.split(separator: " ")
            if line.hasPrefix("[Plumbline "), line.hasSuffix("]"), words.count >= 2 {
                read(words.dropFirst().map { $0.hasSuffix("]") ? $0.dropLast() : $0 })
            } else if line.hasPrefix("[Lines "), line.hasSuffix("]") {
                marks = line.dropFirst().dropLast().split(separator: " ").dropFirst().compactMap {
                    QuickBooksOnlineLine.Mark($0)
                }
            } else {
                others.append(line)
            }
        }
        if let job { others.removeAll { $0 == "Job \(job)" } }
        text = others.joined(separator: "\n")
    }

    private mutating func read(_ words: [Substring]) {
        record = words.first.flatMap { CanonicalID($0) }
        for word in words.dropFirst() {
            let sides = word.split(separator: "=", maxSplits: 1)
            guard sides.count == 2, let value = String(sides[1]).removingPercentEncoding else { continue }
            switch sides[0] {
            case "job": job = value
            case "hours": hours = Quantity(value)
            default: break
            }
        }
    }

    /// The note as it is written.
    var written: String {
        var lines = text.isEmpty ? [] : [text]
        if let job { lines.append("Job \(job)") }
        if let record {
            var words = ["[Plumbline \(record)"]
            if let hours { words.append("hours=\(hours)") }
            if let job { words.append("job=\(PercentEncoding.component(job))") }
            lines.append(words.joined(separator: " ") + "]")
        }
        let plain = lines.joined(separator: "\n")
        guard record != nil, !marks.isEmpty else { return plain }
        let whole = plain + "\n[Lines " + marks.map(\.description).joined(separator: " ") + "]"
        return whole.count <= Self.limit ? whole : plain
    }
}
