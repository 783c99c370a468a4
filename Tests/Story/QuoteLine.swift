import Foundation

/// A line of a quote.
struct QuoteLine: Sendable {
    let name: String
    let quantity: Int
    let price: Dollars

    init(_ name: String, _ quantity: Int, _ price: Decimal) {
        self.name = name
        self.quantity = quantity
        self.price = Dollars(price)
    }

    static func total(_ lines: [QuoteLine]) -> Dollars {
        Dollars(lines.reduce(0) { $0 + $1.price.amount * Decimal($1.quantity) })
    }
}
