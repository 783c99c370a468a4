public import CanonicalModel
public import SyncStore

/// A request of ours that may be carried out after we have gone on without it.
public struct LateWrite: Sendable, Hashable {
    /// Its intent.
    public var intent: CanonicalID
    /// What it would write.
    public var wanted: Patch

    /// Takes the parts.
    public init(intent: CanonicalID, wanted: Patch) {
        self.intent = intent
        self.wanted = wanted
    }

    /// Reads what an intent would write; nil for one whose request this build cannot read.
    public init?(_ intent: Intent) {
        guard let prepared = try? IntentCoding.decode(intent) else { return nil }
        self.init(intent: intent.id, wanted: prepared.write.changes)
    }
}
