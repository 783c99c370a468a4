public import CanonicalModel
public import SyncStore

/// A request of ours that may be carried out after we have gone on without it.
public struct LateWrite: Sendable, Hashable {
    /// Its intent.
    public var intent: CanonicalID
    /// What it would write.
    public var wanted: Patch
    /// Whether it would make the object, so that what it does not name would have no value.
    public var isCreate: Bool

    /// Takes the parts.
    public init(intent: CanonicalID, wanted: Patch, isCreate: Bool = false) {
        self.intent = intent
        self.wanted = wanted
        self.isCreate = isCreate
    }

    /// Reads what an intent would write; nil for one whose request this build cannot read.
    public init?(_ intent: Intent) {
        guard let prepared = try? IntentCoding.decode(intent) else { return nil }
        self.init(intent: intent.id, wanted: prepared.write.changes, isCreate: intent.nativeID == nil)
    }

    /// What the object would show of these fields.
    func shown(of fields: some Sequence<FieldName>) -> Patch {
        guard isCreate else { return wanted }
        var shown = wanted
        for field in fields where shown[field] == nil { shown[field] = .clear }
        return shown
    }
}
