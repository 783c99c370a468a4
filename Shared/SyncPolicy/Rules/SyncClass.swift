/// How soon changes of an entity must arrive.
public enum SyncClass: String, Sendable, CaseIterable {
    /// As soon as they are known: dispatch, status, customer data.
    case realTime = "real_time"
    /// Within minutes: prices, stock.
    case nearRealTime = "near_real_time"
    /// With the next run: reporting.
    case batch
}
