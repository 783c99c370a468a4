/// A safeguard that the store in memory can go without, to show that the suites notice it.
///
/// Only the store in memory has these; the product has no switch for any of them.
public enum Omission: String, Sendable, CaseIterable {
    /// A message that was settled before is taken in again.
    case deduplication
    /// A lane that was lost is taken for held.
    case epochCheck = "epoch-check"
    /// A read clears every hint, those too that came after it had begun.
    case dirtyCount = "dirty-count"
    /// A look-up that finds nothing is believed at once.
    case absenceWait = "absence-wait"
    /// Work is sent without a look at what the system shows.
    case shadowCheck = "shadow-check"
    /// What was lost on its way to a queue, or together with it, is not published again.
    case republication
}
