/// One line of an estimate, a job or an invoice.
///
/// A line is known by its key, never by its place: a line that moved is the same line.
public struct LineItem: Hashable, Sendable {
    /// What kind of thing a line sells; a kind outside of this list is refused before anything is sent (R6.12).
    public enum Kind: String, Sendable, CaseIterable {
        /// Working time.
        case labor
        /// Material.
        case part
        /// A service at a fixed price.
        case service
        /// A surcharge, a permit, a trip.
        case fee
        /// A reduction; its amount is negative.
        case discount
        /// Words without an amount.
        case text
    }

    /// The line's own name within its document, stable as long as the line lives.
    public var key: String
    /// What the line sells.
    public var kind: Kind
    /// The item of the price list, where there is one.
    public var item: RecordReference?
    /// The words that the customer reads.
    public var description: String
    /// How many.
    public var quantity: Quantity
    /// The price of one.
    public var unitPrice: Money
    /// Quantity times price, as the document's owner rounds it.
    public var amount: Money
    /// The owner's tax code, by its name; empty for the default.
    public var taxCode: String

    /// Takes the parts; the amount is computed where it is not given.
    public init(
        key: String, kind: Kind, item: RecordReference? = nil, description: String, quantity: Quantity,
        unitPrice: Money, amount: Money? = nil, taxCode: String = ""
    ) {
        self.key = key
        self.kind = kind
        self.item = item
        self.description = description
        self.quantity = quantity
        self.unitPrice = unitPrice
        self.amount = amount ?? unitPrice.multiplied(by: quantity) ?? .zero(unitPrice.currency)
        self.taxCode = taxCode
    }
}
