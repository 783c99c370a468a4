public import CanonicalModel

extension SyncCommand.Priority {
    /// How a claim is divided: most goes to what is urgent, and each class gets a fifth at least where it has work.
    public static func shares(of limit: Int) -> [SyncCommand.Priority: Int] {
        let least = max(limit / 5, 1)
        return [.urgent: max(limit - 2 * least, 1), .normal: least, .background: least]
    }
}
