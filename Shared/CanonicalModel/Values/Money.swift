/// An amount of one currency, in its minor units (cents): never a floating point.
public struct Money: Hashable, Sendable, CustomStringConvertible {
    /// The amount in minor units.
    public let minorUnits: Int64
    /// The currency.
    public let currency: CurrencyCode

    /// Takes minor units.
    public init(minorUnits: Int64, currency: CurrencyCode) {
        self.minorUnits = minorUnits
        self.currency = currency
    }

    /// Reads a decimal amount such as `125.5`; nil when it is no number, has a fraction of a minor unit, or is too large.
    public init?(decimal text: some StringProtocol, currency: CurrencyCode) {
        guard let value = Quantity(text), let minor = value.scaled(to: currency.minorDigits) else { return nil }
        self.init(minorUnits: minor, currency: currency)
    }

    /// Nothing, in a currency.
    public static func zero(_ currency: CurrencyCode) -> Money { Money(minorUnits: 0, currency: currency) }

    /// The sum; nil across currencies or beyond the range.
    public func adding(_ other: Money) -> Money? {
        let (sum, overflow) = minorUnits.addingReportingOverflow(other.minorUnits)
        guard currency == other.currency, !overflow else { return nil }
        return Money(minorUnits: sum, currency: currency)
    }

    /// The amount times a quantity, rounded half away from zero to the minor unit; nil beyond the range.
    public func multiplied(by quantity: Quantity) -> Money? {
        guard quantity.scale > 0 else {
            let (product, overflow) = minorUnits.multipliedReportingOverflow(by: quantity.mantissa)
            return overflow ? nil : Money(minorUnits: product, currency: currency)
        }
        let (high, low) = minorUnits.multipliedFullWidth(by: quantity.mantissa)
        var divisor: Int64 = 1
        for _ in 0..<quantity.scale { divisor *= 10 }
        guard high.magnitude < divisor.magnitude / 2 else { return nil }
        let (quotient, remainder) = divisor.dividingFullWidth((high, low))
        let up = remainder.magnitude >= divisor.magnitude - remainder.magnitude && remainder != 0
        let rounded = up ? quotient + (remainder < 0 ? -1 : 1) : quotient
        return Money(minorUnits: rounded, currency: currency)
    }

    /// The amount as a decimal number without the currency, such as `125.50`.
    public var decimal: String { fixedPoint(minorUnits, digits: currency.minorDigits) }

    /// The amount and the currency, such as `125.50 USD`.
    public var description: String { "\(decimal) \(currency)" }
}
