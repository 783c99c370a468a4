import SandboxKit

/// One CRM record: properties that are set, as strings, with their earlier values.
struct HubSpotRecord: Sendable {
    /// A value that a property had from some time on.
    struct Version: Sendable {
        let value: String
        let at: SandboxInstant
        let source: String
        let sourceID: String
    }

    /// What searches saw from some time on.
    struct Indexed: Sendable {
        let at: SandboxInstant
        let properties: [String: String]
        let isArchived: Bool
    }

    /// Searches with a lag look back over no more changes than this.
    static let indexedLimit = 8
    /// A property's history remembers no more values than this.
    static let versionLimit = 20

    let id: Int
    let createdAt: SandboxInstant
    var updatedAt: SandboxInstant
    var archivedAt: SandboxInstant?
    var properties: [String: String]
    var versions: [String: [Version]] = [:]
    private(set) var indexed: [Indexed] = []

    init(id: Int, createdAt: SandboxInstant, properties: [String: String]) {
        self.id = id
        self.createdAt = createdAt
        updatedAt = createdAt
        self.properties = properties
    }

    var isArchived: Bool { archivedAt != nil }

    /// Remembers what searches see from now on.
    mutating func index(at now: SandboxInstant) {
        if indexed.count == Self.indexedLimit { indexed.removeFirst() }
        indexed.append(Indexed(at: now, properties: properties, isArchived: isArchived))
    }

    /// What a search with a lag sees; nil when the record was not there yet.
    func seen(at now: SandboxInstant, lag: Int64) -> Indexed? {
        guard lag > 0 else { return indexed.last }
        let horizon = now.adding(milliseconds: -lag)
        return indexed.last { $0.at <= horizon }
    }

    mutating func remember(_ name: String, _ value: String, at now: SandboxInstant, source: String, sourceID: String) {
        versions[name, default: []].append(Version(value: value, at: now, source: source, sourceID: sourceID))
        if versions[name, default: []].count > Self.versionLimit { versions[name]?.removeFirst() }
    }
}
