import Synchronization

/// Counts how often something happened.
final class Counter: Sendable {
    private let number = Atomic<Int>(0)

    var value: Int {
        number.load(ordering: .sequentiallyConsistent)
    }

    @discardableResult
    func count() -> Int {
        number.wrappingAdd(1, ordering: .sequentiallyConsistent).newValue
    }

    func reset() {
        number.store(0, ordering: .sequentiallyConsistent)
    }
}
