/// What a patch says of a field that it names: a field that it does not name stays as it is.
///
/// "Not named", "cleared" and "set" are three things. A null that means "not named" never wipes a value, and a value that
/// a person wiped does not come back.
public enum PatchValue: Hashable, Sendable {
    /// The field has no value any more.
    case clear
    /// The field has this value.
    case set(FieldValue)

    /// The value, where there is one.
    public var value: FieldValue? {
        if case .set(let value) = self { value } else { nil }
    }
}

/// A change of some fields of one record.
public typealias Patch = [FieldName: PatchValue]
