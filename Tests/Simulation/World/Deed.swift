import CanonicalModel

/// What became of an action.
struct Deed {
    let action: Action
    /// The object that it changed; nil where it could not be done.
    var native: NativeReference?
    /// What it wrote.
    var fields: Patch = [:]
    var at: Instant?

    var isDone: Bool { native != nil }
}
