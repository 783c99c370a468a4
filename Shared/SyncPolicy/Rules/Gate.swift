/// When records of an entity go to the systems of a role.
public enum Gate: String, Sendable, CaseIterable {
    /// Every record goes there.
    case always
    /// A record goes there once another one that refers to it does, so that not every lead lands in the field (R2.8).
    case whenNeeded = "when_needed"
    /// No record goes there.
    case never
}
