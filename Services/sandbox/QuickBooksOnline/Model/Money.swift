import Foundation
import SandboxKit

extension Decimal {
    /// Rounded to cents, halves away from zero.
    var cents: Decimal {
        var result = Decimal()
        var value = self
        NSDecimalRound(&result, &value, 2, .plain)
        return result
    }
}

extension JSON {
    /// A number that may also be sent as its digits in a string.
    var amount: Decimal? {
        if let number = decimalValue { return number }
        guard let text = stringValue, text.wholeMatch(of: /-?\d+(\.\d+)?/) != nil else { return nil }
        return Decimal(string: text)
    }
}
