/// An action that the imitated vendor refused, or a vendor that does not answer.
struct SandboxRefusal: Error {
    let system: String
    let reason: String
}
