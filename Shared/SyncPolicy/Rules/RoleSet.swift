public import CanonicalModel

/// A set of roles, in one byte.
public struct RoleSet: OptionSet, Hashable, Sendable {
    /// One bit for each role, in the order of `Role.allCases`.
    public let rawValue: UInt8

    /// Takes the bits.
    public init(rawValue: UInt8) {
        self.rawValue = rawValue
    }

    /// The set of one role.
    public init(_ role: Role) {
        switch role {
        case .crm: rawValue = 1
        case .fsm: rawValue = 2
        case .ledger: rawValue = 4
        }
    }

    /// The set of some roles.
    public init(_ roles: some Sequence<Role>) {
        self = roles.reduce(into: []) { $0.insert(RoleSet($1)) }
    }

    /// Whether the role is in the set.
    public func contains(_ role: Role) -> Bool { isSuperset(of: RoleSet(role)) }

    /// The roles, ordered by name.
    public var roles: [Role] { Role.allCases.filter { contains($0) } }
}
