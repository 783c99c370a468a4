import Testing

/// Which store is held to the contract.
enum StoreKind: String, CaseIterable, CustomTestStringConvertible, Sendable {
    case memory
    case postgres

    var testDescription: String { rawValue }

    /// Runs a test on a store of the kind, with nothing in it.
    func run(_ body: (any StoreUnderTest) async throws -> Void) async throws {
        switch self {
        case .memory: try await body(MemoryUnderTest())
        case .postgres: try await PostgresUnderTest.run(body)
        }
    }
}
