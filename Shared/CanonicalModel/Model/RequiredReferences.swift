/// What a record cannot be created without, as a graph of entities.
public enum RequiredReferences {
    /// The entities that a record of the kind must refer to when it is created in a system.
    public static func parents(of declaration: EntityDeclaration) -> [EntityKind] {
        declaration.fields.compactMap { field in
            if field.isRequiredAtCreate, case .reference(let parent) = field.type { parent } else { nil }
        }
    }

    /// A round of entities each of which needs the next one first, beginning and ending with the same; nil where there
    /// is none, as there must be in a model whose records can be created at all.
    public static func cycle(in declarations: [EntityDeclaration]) -> [EntityKind]? {
        let parents = Dictionary(
            declarations.map { ($0.kind, Self.parents(of: $0)) }, uniquingKeysWith: { first, _ in first })
        var done: Set<EntityKind> = []
        var path: [EntityKind] = []
        func visit(_ kind: EntityKind) -> [EntityKind]? {
            if let start = path.firstIndex(of: kind) { return Array(path[start...]) + [kind] }
            guard done.insert(kind).inserted else { return nil }
            path.append(kind)
            for parent in parents[kind] ?? [] {
                if let cycle = visit(parent) { return cycle }
            }
            path.removeLast()
            return nil
        }
        for declaration in declarations {
            if let cycle = visit(declaration.kind) { return cycle }
        }
        return nil
    }
}
