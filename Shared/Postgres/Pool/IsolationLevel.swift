/// How much a transaction sees of others that run beside it.
public enum IsolationLevel: Sendable {
    /// Each statement sees what was committed before it.
    case readCommitted
    /// All statements see what was committed before the first of them.
    case repeatableRead
    /// As if transactions ran one after the other.
    case serializable

    /// The statement that begins such a transaction.
    var begin: SQL {
        switch self {
        case .readCommitted: "begin isolation level read committed"
        case .repeatableRead: "begin isolation level repeatable read"
        case .serializable: "begin isolation level serializable"
        }
    }
}
