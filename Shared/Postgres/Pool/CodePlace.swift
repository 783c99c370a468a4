internal import CrashPoints

/// The function that a transaction belongs to.
struct CodePlace: Sendable {
    let file: StaticString
    let function: StaticString

    /// File and function, such as `EgressWriter.write`.
    var name: String { CrashPoint.place(file, function) }
}
