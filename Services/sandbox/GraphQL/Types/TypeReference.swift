/// A type as it is written: a name, a list of something, or something that is never null.
package indirect enum TypeReference: Sendable, Hashable, CustomStringConvertible {
    case named(String)
    case list(TypeReference)
    case nonNull(TypeReference)

    /// The name inside all wrappers.
    package var name: String {
        switch self {
        case .named(let name): name
        case .list(let inner), .nonNull(let inner): inner.name
        }
    }

    package var isNonNull: Bool {
        if case .nonNull = self { true } else { false }
    }

    /// The type without an outer non-null wrapper.
    package var nullable: TypeReference {
        if case .nonNull(let inner) = self { inner } else { self }
    }

    /// The element type when this is a list (possibly non-null).
    package var listElement: TypeReference? {
        if case .list(let element) = nullable { element } else { nil }
    }

    package var description: String {
        switch self {
        case .named(let name): name
        case .list(let inner): "[\(inner)]"
        case .nonNull(let inner): "\(inner)!"
        }
    }
}
