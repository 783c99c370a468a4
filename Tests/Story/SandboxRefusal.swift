/// An action that the imitated vendor refused, or a vendor that does not answer.
struct SandboxRefusal: Error, CustomStringConvertible {
    let system: String
    let reason: String

    var description: String { "\(system): \(reason)" }
}
