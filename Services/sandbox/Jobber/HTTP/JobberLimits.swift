/// The limits of the API, counted per app: requests in a window, and query cost in a bucket that refills.
enum JobberLimits {
    static let bucket = 10_000.0
    static let restorePerSecond = 500.0
    static let requests = 2_500
    static let windowMilliseconds: Int64 = 300_000
}
