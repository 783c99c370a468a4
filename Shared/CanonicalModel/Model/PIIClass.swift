/// How a field's value must be treated where people without the right to personal data look.
public enum PIIClass: String, Sendable, CaseIterable {
    /// Tells nothing about a person.
    case none
    /// Names a person or tells where they live or how to reach them.
    case personal
    /// Amounts and terms between the company and its customer.
    case financial
    /// Free text that may hold anything, such as a note with a gate code.
    case sensitive
}
