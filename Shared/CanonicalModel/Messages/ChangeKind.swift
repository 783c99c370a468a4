/// What has happened to an object in its system.
public enum ChangeKind: String, Sendable, CaseIterable {
    /// It was seen for the first time.
    case created
    /// Some of its fields are other than before.
    case updated
    /// It is gone or archived there. Never handed on as a deletion (R25.10).
    case archived
    /// It has been merged into another object of the same system.
    case merged
}
