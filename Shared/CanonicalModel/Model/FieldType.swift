/// The type of a field's value.
public enum FieldType: Hashable, Sendable {
    /// Text of at most so many characters.
    case text(max: Int)
    /// A whole number.
    case integer
    /// A decimal number.
    case quantity
    /// Minor units with a currency.
    case money
    /// True or false.
    case flag
    /// A moment in UTC.
    case instant
    /// A calendar day.
    case date
    /// A time window in a site's zone.
    case appointment
    /// One word out of a closed list.
    case choice([String])
    /// A postal address.
    case address
    /// A link to a record of that kind.
    case reference(EntityKind)
    /// Links to records of that kind; order does not count.
    case references(EntityKind)
    /// Words or names; order does not count.
    case texts
    /// Lines of an estimate, a job or an invoice, each with a key of its own.
    case lines
    /// Steps that a status has taken, oldest first, each a word out of the list.
    case history([String])
}

extension FieldType {
    /// The type's name in the data dictionary and in messages.
    public var name: String {
        switch self {
        case .text(let max): "text of at most \(max) characters"
        case .integer: "whole number"
        case .quantity: "decimal number"
        case .money: "money"
        case .flag: "true or false"
        case .instant: "instant"
        case .date: "date"
        case .appointment: "local appointment"
        case .choice: "choice"
        case .address: "postal address"
        case .reference(let kind): "reference to \(kind.rawValue)"
        case .references(let kind): "references to \(kind.rawValue)"
        case .texts: "list of texts"
        case .lines: "list of lines"
        case .history: "status history"
        }
    }

    /// The words that a value may be, where the type is a closed list.
    public var allowedValues: [String]? {
        switch self {
        case .choice(let words), .history(let words): words
        default: nil
        }
    }

    /// A short text, such as a name or a number.
    public static let name = FieldType.text(max: 500)
    /// A long text, such as notes.
    public static let notes = FieldType.text(max: 32_000)
}
