/// Holds a value that must never be printed.
///
/// Interpolating, describing, dumping or logging it shows asterisks; only `reveal()` gives the value, so that every
/// place that uses one can be found by that word.
public struct Secret: Sendable, Hashable {
    private let value: String

    /// Wraps a value.
    public init(_ value: String) {
        self.value = value
    }

    /// The value itself, for the one call that needs it.
    public func reveal() -> String {
        value
    }
}

extension Secret: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// Asterisks.
    public var description: String { "***" }

    /// Asterisks.
    public var debugDescription: String { "***" }

    /// A mirror without children, so that `dump` shows nothing either.
    public var customMirror: Mirror { Mirror(self, children: EmptyCollection<Mirror.Child>()) }
}
