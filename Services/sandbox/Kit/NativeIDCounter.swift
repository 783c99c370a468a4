/// Hands out the native ids of one kind of object: numbers that only grow.
public struct NativeIDCounter: Sendable {
    private var last: Int
    private let step: Int

    /// The first id will be `start`, each further one `step` more.
    public init(start: Int, step: Int = 1) {
        last = start - step
        self.step = step
    }

    /// The next id.
    public mutating func next() -> Int {
        last += step
        return last
    }

    /// Makes sure that an id given from outside is never handed out again.
    public mutating func reserve(_ id: Int) {
        last = max(last, id)
    }
}
