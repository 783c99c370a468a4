import SandboxGraphQL

/// What an operation costs before it runs, and what it turned out to cost.
///
/// Jobber does not publish its formula. Ours is the one of the GraphQL library that it is built with: a field costs 1,
/// and the nodes of a connection cost what one node costs times the page that was asked for, 100 without `first` or
/// `last`; so nested connections multiply.
struct QueryCost {
    let operation: BoundOperation

    /// The cost as it is charged before the operation runs.
    var requested: Int {
        cost(of: operation.operation.selectionSet, on: operation.rootType)
    }

    private func cost(of selectionSet: SelectionSet, on type: String) -> Int {
        selectionSet.selections.reduce(0) { sum, selection in
            switch selection {
            case .field(let field):
                return operation.includes(field.directives) ? add(sum, cost(of: field, on: type)) : sum
            case .inline(let inline):
                guard operation.includes(inline.directives) else { return sum }
                return add(sum, cost(of: inline.selectionSet, on: inline.typeCondition ?? type))
            case .spread(let spread):
                guard operation.includes(spread.directives), let fragment = operation.fragment(spread.name) else {
                    return sum
                }
                return add(sum, cost(of: fragment.selectionSet, on: fragment.typeCondition))
            }
        }
    }

    private func cost(of field: Field, on type: String) -> Int {
        // Introspection is free.
        guard !field.name.hasPrefix("__"), let definition = operation.schema.field(field.name, of: type) else {
            return 0
        }
        guard let selectionSet = field.selectionSet else { return 1 }
        let name = definition.type.name
        guard name.hasSuffix("Connection") else { return add(1, cost(of: selectionSet, on: name)) }
        let arguments = (try? operation.arguments(of: field, definition)) ?? [:]
        let size = arguments["first"]?.int ?? arguments["last"]?.int ?? JobberPage.maximum
        let page = max(1, min(size, JobberPage.maximum))
        return add(1, connectionCost(of: selectionSet, on: name, page))
    }

    /// Nodes and edges count once per item of the page, page information and the total count once.
    private func connectionCost(of selectionSet: SelectionSet, on type: String, _ page: Int) -> Int {
        selectionSet.selections.reduce(0) { sum, selection in
            switch selection {
            case .field(let field):
                guard operation.includes(field.directives) else { return sum }
                let one = cost(of: field, on: type)
                let isItems = field.name == "nodes" || field.name == "edges"
                return add(sum, isItems ? min(one, 1_000_000_000) * page : one)
            case .inline(let inline): return add(sum, connectionCost(of: inline.selectionSet, on: type, page))
            case .spread(let spread):
                guard let fragment = operation.fragment(spread.name) else { return sum }
                return add(sum, connectionCost(of: fragment.selectionSet, on: type, page))
            }
        }
    }

    /// The sum, kept far from overflow: what is beyond all limits need not be exact.
    private func add(_ first: Int, _ second: Int) -> Int {
        min(first + min(second, 1_000_000_000), 1_000_000_000)
    }

    /// The cost by the fields that were answered.
    static func actual(_ data: GraphQLValue?) -> Int {
        switch data {
        case .object(let members)?: members.reduce(0) { $0 + 1 + actual($1.value) }
        case .list(let items)?: items.reduce(0) { $0 + actual($1) }
        default: 0
        }
    }
}
