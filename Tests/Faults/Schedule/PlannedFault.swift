/// One fault of a schedule.
struct PlannedFault: Hashable, Sendable {
    let kind: FaultKind
    /// When it begins, in milliseconds after the beginning of the run.
    let begin: Int
    /// How long it lasts, in milliseconds.
    let duration: Int
    /// Which replica it strikes, where there are several.
    let replica: Int
    /// Which vendor it strikes, where that is open.
    let system: NativeSystem
    /// For what else is left to chance when it is carried out.
    let seed: UInt64

    var end: Int { begin + duration }

    /// What nothing else may befall meanwhile.
    var resources: Set<String> {
        switch kind.target {
        case .service(let service): ["\(service)/\(replica)"]
        case .everything: ["postgres", "broker", "services"]
        case .postgres: ["postgres"]
        case .broker: ["broker"]
        case .link(.vendor): ["link/\(system.vendor)"]
        case .link(let link): ["link/\(link.rawValue)"]
        // They are planned at the imitation and strike when a request comes: any number at once.
        case .vendor, .webhooks: []
        }
    }

    /// Whether both need the same thing for themselves at the same time.
    func conflicts(with other: PlannedFault) -> Bool {
        guard begin <= other.end + other.kind.recoveryMilliseconds, other.begin <= end + kind.recoveryMilliseconds
        else { return false }
        return !resources.isDisjoint(with: other.resources) || takesServices(of: other) || other.takesServices(of: self)
    }

    private func takesServices(of other: PlannedFault) -> Bool {
        guard kind.target == .everything, case .service = other.kind.target else { return false }
        return true
    }
}

extension PlannedFault: CustomStringConvertible {
    /// One line of a schedule.
    var description: String {
        let place: String =
            switch kind.target {
            case .service: " \(replica)"
            case .vendor, .webhooks, .link(.vendor): " at \(system.vendor)"
            default: ""
            }
        let lasting = duration > 0 ? " for \(duration) ms" : ""
        return "\(begin) ms: \(kind)\(place)\(lasting)"
    }
}
