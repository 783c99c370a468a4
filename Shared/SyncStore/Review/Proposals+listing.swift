public import CanonicalModel
internal import Postgres
public import SyncCore

/// What people see of proposals.
extension Proposals {
    /// Which proposals are wanted; nil does not restrict.
    public struct Filter: Sendable {
        /// Of this record.
        public var record: CanonicalID?
        /// By people of this connection.
        public var connection: ConnectionID?
        /// Of this kind of record.
        public var entity: EntityKind?
        /// Of this kind.
        public var kind: Proposal.Kind?
        /// Only those that wait for a person.
        public var isOpen = true
        /// The most that are given, oldest first.
        public var limit = 50

        /// Every open proposal.
        public init() {}
    }

    /// Proposals, oldest first.
    public static func list(_ filter: Filter) -> Statement<[Listed]> {
        var conditions: [SQL] = []
        if let record = filter.record { conditions.append("record = \(record)") }
        if let connection = filter.connection { conditions.append("connection = \(connection)") }
        if let entity = filter.entity { conditions.append("entity = \(entity)") }
        if let kind = filter.kind { conditions.append("kind = \(kind.rawValue)") }
        if filter.isOpen { conditions.append("state = 'open'") }
        let wanted = conditions.reduce("true" as SQL) { $0 + " and " + $1 }
        return Statement(
            "select \(columns) from proposal where \(wanted) order by id limit \(filter.limit)", read: listed)
    }

    /// One proposal.
    public static func find(_ id: CanonicalID) -> Statement<Listed?> {
        Statement("select \(columns) from proposal where id = \(id)") { try listed($0).first }
    }
}
