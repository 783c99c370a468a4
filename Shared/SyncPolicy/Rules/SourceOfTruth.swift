public import CanonicalModel

/// The policy in force: who owns each field, where it flows, what wins.
///
/// It is compiled from a checked document and only answers questions; a decision by the same version with the same
/// inputs is always the same.
public struct SourceOfTruth: Sendable, Hashable {
    /// The version that decisions record; given by who installs the policy.
    public let version: Int64
    /// SHA-256 of the document's bytes in hex, as `sha256sum` prints it.
    public let hash: String
    /// What holds for all entities.
    public let settings: PolicySettings
    /// Which progress brings about which effect.
    public let triggers: [Trigger]
    /// The entities that are synced.
    public let entities: [EntityKind: EntityPolicy]

    /// Takes the parts of a checked document.
    init(
        version: Int64, hash: String, settings: PolicySettings, triggers: [Trigger],
        entities: [EntityKind: EntityPolicy]
    ) {
        self.version = version
        self.hash = hash
        self.settings = settings
        self.triggers = triggers
        self.entities = entities
    }

    /// Reads, checks and compiles a policy document.
    ///
    /// - Parameters:
    ///   - yaml: the text of the document.
    ///   - version: the version to record with decisions, from 1.
    /// - Throws: every fault of the document at once.
    public init(yaml: String, version: Int64) throws(PolicyFaults) {
        self = try PolicyDocument(yaml: yaml).compiled(version: version)
    }

    /// The rule of a field; nil where the field is not synced.
    public func rule(_ field: FieldName, of entity: EntityKind) -> FieldRule? {
        entities[entity]?.fields[field]
    }

    /// When records of an entity go to the systems of a role.
    public func gate(_ entity: EntityKind, _ role: Role) -> Gate {
        entities[entity]?.gate(role) ?? .never
    }

    /// The fields that a record of the entity shows in the systems of a role, ordered by name.
    public func fields(of entity: EntityKind, to role: Role) -> [FieldName] {
        entities[entity]?.fields(to: role) ?? []
    }

    /// Whether work is under way in a job of the status.
    public func isInProgress(jobStatus: String?) -> Bool {
        jobStatus.map(settings.inProgress.contains) ?? false
    }
}
