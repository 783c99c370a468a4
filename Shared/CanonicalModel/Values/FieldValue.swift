/// The value of a field; each case belongs to one `FieldType`.
public enum FieldValue: Hashable, Sendable {
    case text(String)
    case integer(Int64)
    case quantity(Quantity)
    case money(Money)
    case flag(Bool)
    case instant(Instant)
    case date(BusinessDate)
    case appointment(LocalAppointment)
    case choice(String)
    case address(PostalAddress)
    case reference(RecordReference)
    case references([RecordReference])
    case texts([String])
    case lines([LineItem])
    case history([StatusStep])

    /// What is wrong with the value for a field of the type; nil where nothing is.
    public func fault(for type: FieldType) -> String? {
        switch (self, type) {
        case (.text(let value), .text(let max)):
            value.utf8.count > max && value.count > max ? "is longer than \(max) characters" : nil
        case (.choice(let value), .choice(let allowed)):
            allowed.contains(value) ? nil : "'\(value)' is none of \(allowed.joined(separator: ", "))"
        case (.history(let steps), .history(let allowed)):
            steps.first { !allowed.contains($0.status) }
                .map { "'\($0.status)' is none of \(allowed.joined(separator: ", "))" }
        case (.reference(.native(_, let kind)), .reference(let wanted)):
            kind == wanted ? nil : "refers to a \(kind.rawValue), not to a \(wanted.rawValue)"
        case (.integer, .integer), (.quantity, .quantity), (.money, .money), (.flag, .flag), (.instant, .instant),
            (.date, .date), (.appointment, .appointment), (.address, .address), (.reference, .reference),
            (.references, .references), (.texts, .texts), (.lines, .lines):
            nil
        default: "is not of type \(type.name)"
        }
    }
}
