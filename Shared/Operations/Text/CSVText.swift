/// Rows as comma-separated values (RFC 4180), for spreadsheets.
///
/// Every value stands in quotation marks. One that a spreadsheet would take for a formula begins with an apostrophe, since
/// letters hold what strangers wrote.
public struct CSVText: Sendable {
    /// The lines, each with its end.
    public private(set) var text: String

    /// Begins with the columns' names.
    public init(_ columns: [String]) {
        text = Self.line(columns)
    }

    /// Adds a row.
    public mutating func add(_ values: [String?]) {
        text += Self.line(values.map { $0 ?? "" })
    }

    /// One row.
    public static func line(_ values: [String]) -> String {
        values.map { value in
            let isFormula = value.first.map { "=+-@\t\r".contains($0) } ?? false
            return "\"" + (isFormula ? "'" : "") + value.replacing("\"", with: "\"\"") + "\""
        }.joined(separator: ",") + "\r\n"
    }
}
