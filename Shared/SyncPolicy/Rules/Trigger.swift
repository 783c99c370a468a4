public import CanonicalModel

/// Says which progress of a record brings about an effect.
///
/// It asks whether a status has been passed, not whether it is there now: an estimate that is already converted when it
/// is read was approved, and a late report of an older status changes nothing.
public struct Trigger: Hashable, Sendable {
    /// What is brought about.
    public let effect: EffectKind
    /// The entity whose progress is watched.
    public let entity: EntityKind
    /// The words any of which shows that the record has come so far.
    public let passed: [String]
    /// The field that has the present word.
    public let statusField: FieldName
    /// The field that has the words so far.
    public let historyField: FieldName

    /// Takes the parts; nil where the entity has no status with a history.
    public init?(effect: EffectKind, entity: EntityKind, passed: [String]) {
        guard let progress = Self.progress(of: entity) else { return nil }
        self.effect = effect
        self.entity = entity
        self.passed = passed
        statusField = progress.status
        historyField = progress.history
    }

    /// The first step by which the record has come so far; nil while it has not.
    ///
    /// - Parameters:
    ///   - fallback: the time of the step where only the present status shows it.
    ///   - value: the record's value of a field.
    public func firing(fallback: Instant, _ value: (FieldName) -> FieldValue?) -> StatusStep? {
        if case .history(let steps) = value(historyField) {
            let reached = steps.filter { passed.contains($0.status) }.min { $0.at < $1.at }
            if let reached { return reached }
        }
        if case .choice(let word) = value(statusField), passed.contains(word) { return StatusStep(word, at: fallback) }
        return nil
    }

    /// The status of an entity, its history and their words; nil where it has none.
    static func progress(of entity: EntityKind) -> (status: FieldName, history: FieldName, words: [String])? {
        let declaration = ModelCatalog.declaration(of: entity)
        for field in declaration.fields {
            guard case .history(let words) = field.type, field.name.name.hasSuffix("_history") else { continue }
            let status = FieldName(String(field.name.name.dropLast("_history".utf8.count)))
            if declaration[status] != nil { return (status, field.name, words) }
        }
        return nil
    }
}
