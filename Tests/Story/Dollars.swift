import Foundation

/// An amount as people read it: `$12,400.00`.
struct Dollars: Sendable, Equatable, CustomStringConvertible {
    let amount: Decimal

    init(_ amount: Decimal) { self.amount = amount }

    /// The amount as an API takes it.
    var json: JSON { .number(amount) }

    var description: String {
        let cents = NSDecimalNumber(decimal: amount * 100).int64Value
        var whole = String(cents.magnitude / 100)
        var grouped = ""
        while whole.count > 3 {
            grouped = "," + whole.suffix(3) + grouped
            whole.removeLast(3)
        }
        let rest = String(cents.magnitude % 100)
        return "\(cents < 0 ? "-" : "")$\(whole)\(grouped).\(rest.count < 2 ? "0" : "")\(rest)"
    }
}
