/// Why one attempt at a transaction ended, and whether another may succeed.
struct TransactionFailure: Error {
    var cause: any Error
    var isRetryable: Bool
}
