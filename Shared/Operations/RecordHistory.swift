public import CanonicalModel
public import Postgres
internal import SyncCore
internal import SyncPolicy
internal import SyncStore

/// Shows a record, and why its fields have the values they have.
public struct RecordHistory: Sendable {
    private let pool: PostgresPool

    /// Takes the database.
    public init(_ pool: PostgresPool) {
        self.pool = pool
    }

    /// A record with its places and its fields.
    public struct Shown: Sendable {
        /// The record's id.
        public var id: CanonicalID
        /// Its kind.
        public var entity: EntityKind
        /// Its version.
        public var version: Int64
        /// Where it is linked: connection, object, state.
        public var places: [(connection: String, native: String, state: String)]
        /// What happens once because of it, or made it.
        public var effects: [Effect]
        /// Its fields: name, value in its written form, what set it, and when that was.
        public var fields: [(name: String, value: String, source: String, changedAt: Instant)]
    }

    /// A decision on a field.
    public struct Reason: Sendable {
        /// When it was decided.
        public var at: Instant
        /// The field.
        public var field: String
        /// Why, in a sentence.
        public var explanation: String
        /// The policy version that decided; nil where a person has corrected what one system shall show.
        public var policyVersion: Int64?
        /// The connection that the change came from.
        public var connection: String
        /// The correlation of the change.
        public var correlation: String
    }

    /// The record of an id, after merges; nil where there is none.
    public func show(_ id: CanonicalID) async throws -> Shown? {
        let redirects = try await pool.run([Redirects.follow([id])]).first ?? [:]
        let id = redirects[id] ?? id
        let (found, links, effects) = try await pool.run(
            Records.read([id]), IdentityMap.history(of: id), Effects.about(id))
        guard let record = found.records.first else { return nil }
        return Shown(
            id: record.id, entity: record.entity, version: record.version,
            places: links.map { ($0.connection.name, $0.native?.description ?? $0.nativeType, $0.state.rawValue) },
            effects: effects.map(Effect.init),
            fields: record.fields.sorted { $0.key < $1.key }.map { field, state in
                (
                    field.name, Self.text(state.value, field, record.entity), Self.source(state),
                    state.provenance.changedAt
                )
            })
    }

    /// What the audit log calls a correction of a dead letter.
    static let editing = "dead-letters edit"

    /// The recorded decisions on a record, and what people have corrected in its dead letters, oldest first; on one field
    /// where it is given.
    public func why(_ id: CanonicalID, field: String?) async throws -> [Reason] {
        let entries =
            try await pool.run([AuditLog.entries(of: id, kinds: [.decided, .operated], limit: 1000)]).first ?? []
        return entries.flatMap { entry -> [Reason] in
            guard let body = try? JSONValue(parsing: entry.note.body) else { return [] }
            if entry.note.kind == .operated { return Self.edits(in: body, of: entry, field: field) }
            return (body["decisions"].array ?? []).compactMap { decision in
                guard let record = try? DecisionRecord(decoding: decision.serialised()) else { return nil }
                guard field == nil || record.input.field.name == field else { return nil }
                return Reason(
                    at: entry.at, field: record.input.field.name, explanation: record.explanation,
                    policyVersion: record.policyVersion, connection: entry.note.connection?.name ?? "",
                    correlation: entry.note.correlation?.description ?? "")
            }
        }
    }

    private static func edits(in body: JSONValue, of entry: AuditEntry, field: String?) -> [Reason] {
        guard body["operation"].string == editing else { return [] }
        let fields = (body["fields"].array ?? []).compactMap(\.string)
        return fields.filter { field == nil || field == $0 }.map { name in
            Reason(
                at: entry.at, field: name,
                explanation: "\(entry.note.actor ?? "somebody") corrected it in the dead letter "
                    + "\(body["letter"].string ?? ""): \(body["reason"].string ?? "")",
                policyVersion: nil, connection: entry.note.connection?.name ?? "",
                correlation: entry.note.correlation?.description ?? "")
        }
    }

    private static func text(_ value: FieldValue?, _ field: FieldName, _ entity: EntityKind) -> String {
        guard let value, let type = ModelCatalog.field(field, of: entity)?.type,
            let bytes = try? FieldCoding.encode(value, as: type)
        else { return "" }
        return String(decoding: bytes, as: UTF8.self)
    }

    private static func source(_ state: FieldState) -> String {
        switch state.provenance.source {
        case .connection(let connection, _): connection.name
        case .effect: "Plumbline"
        case .person(let name): name
        }
    }
}
