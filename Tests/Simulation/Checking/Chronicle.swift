import CanonicalModel

/// The vendors' histories as one, for people.
enum Chronicle {
    static func lines(of world: World) -> [String] {
        world.vendors.flatMap { vendor in vendor.history.map { (role: vendor.profile.role, change: $0) } }
            .sorted { $0.change.at < $1.change.at }
            .map { role, change in
                let time = Double((change.at.microseconds - World.start.microseconds) / 1_000) / 1_000
                let fields = change.fields.sorted { $0.key < $1.key }.map { "\($0.key.name)=\(text($0.value))" }
                let author =
                    switch change.author {
                    case .person(let mark): "person #\(mark)"
                    case .us: change.isLate ? "us, late" : "us"
                    case .vendor: "the vendor"
                    }
                return "\(time) s \(role.rawValue) \(change.native) \(change.operation) by \(author): "
                    + fields.joined(separator: ", ")
            }
    }

    static func text(_ value: PatchValue) -> String {
        switch value.value {
        case .text(let text): "'\(text)'"
        case .choice(let word): "'\(word)'"
        case .money(let money): "\(money)"
        case nil: "nothing"
        case .reference(.native(let native, _)): "\(native)"
        default: "…"
        }
    }
}
