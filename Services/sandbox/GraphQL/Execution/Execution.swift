extension BoundOperation {
    /// Executes the operation on `root`, field by field in the order of the document.
    package func execute<Source: ResolverSource>(on root: Source.Object, source: Source) -> GraphQLResponse {
        guard operation.kind != .subscription else {
            return GraphQLResponse(
                data: nil,
                errors: [GraphQLError("Subscriptions are not executed here", locations: [operation.location])])
        }
        let execution = Execution(self)
        let data = execution.execute([operation.selectionSet], type: rootType, on: root, source: source)
        return GraphQLResponse(data: data.map { .object($0) } ?? .null, errors: execution.errors)
    }
}

/// One run of an operation: what was collected and coerced once, the errors so far, and the current path.
///
/// A method answers nil where an error was recorded and the null has to travel to the next nullable place.
private final class Execution {
    private struct GroupKey: Hashable {
        let type: String
        let selectionSets: [Int]
    }

    /// The fields of one response key.
    private struct FieldGroup {
        let key: String
        let fields: [Field]
        let definition: FieldDefinition
        let arguments: Result<GraphQLObject, GraphQLError>
    }

    private let operation: BoundOperation
    private let schema: Schema
    private var groups: [GroupKey: [FieldGroup]] = [:]
    private var path: [GraphQLError.PathElement] = []
    private(set) var errors: [GraphQLError] = []

    init(_ operation: BoundOperation) {
        self.operation = operation
        schema = operation.schema
    }

    func execute<Source: ResolverSource>(
        _ selectionSets: [SelectionSet], type: String, on object: Source.Object, source: Source
    ) -> GraphQLObject? {
        let groups = fieldGroups(selectionSets, type: type)
        var result = GraphQLObject()
        result.reserveCapacity(groups.count)
        for group in groups {
            path.append(.key(group.key))
            defer { path.removeLast() }
            guard let value = execute(group, type: type, on: object, source: source) else { return nil }
            result.append(group.key, value)
        }
        return result
    }

    private func execute<Source: ResolverSource>(
        _ group: FieldGroup, type: String, on object: Source.Object, source: Source
    ) -> GraphQLValue? {
        let definition = group.definition
        let arguments: GraphQLObject
        switch group.arguments {
        case .success(let values): arguments = values
        case .failure(let error):
            record(error, group)
            return definition.type.isNonNull ? nil : .null
        }
        switch definition.name {
        case "__typename": return .string(type)
        case "__schema":
            return complete(
                .object(.schema), as: definition.type, group, type: type, source: Introspection(schema: schema))
        case "__type":
            let found = arguments["name"]?.string.flatMap { schema.types[$0] == nil ? nil : $0 }
            return complete(
                .optional(found.map { .type(.named($0)) }), as: definition.type, group, type: type,
                source: Introspection(schema: schema))
        default: break
        }
        let call = FieldCall(parentType: type, name: definition.name, arguments: arguments, type: definition.type)
        let resolved: Resolved<Source.Object>
        do throws(ResolverError) {
            resolved = try source.resolve(call, on: object)
        } catch {
            record(GraphQLError(error.message, code: error.code, extensions: error.extensions), group)
            return definition.type.isNonNull ? nil : .null
        }
        return complete(resolved, as: definition.type, group, type: type, source: source)
    }

    /// Completes a value at a nullable or non-null place: an error inside becomes null where null is allowed.
    private func complete<Source: ResolverSource>(
        _ resolved: Resolved<Source.Object>, as type: TypeReference, _ group: FieldGroup, type parent: String,
        source: Source
    ) -> GraphQLValue? {
        guard case .nonNull(let inner) = type else {
            return completeNullable(resolved, as: type, group, type: parent, source: source) ?? .null
        }
        guard let value = completeNullable(resolved, as: inner, group, type: parent, source: source) else { return nil }
        guard !value.isNull else {
            record(
                GraphQLError("Cannot return null for non-nullable field \(parent).\(group.definition.name)"), group)
            return nil
        }
        return value
    }

    private func completeNullable<Source: ResolverSource>(
        _ resolved: Resolved<Source.Object>, as type: TypeReference, _ group: FieldGroup, type parent: String,
        source: Source
    ) -> GraphQLValue? {
        switch (resolved, type) {
        case (.null, _), (.leaf(.null), _):
            return .null
        case (.list(let items), .list(let element)):
            return completeList(items, of: element, group, type: parent, source: source)
        case (.leaf(.list(let items)), .list(let element)):
            let leaves = items.map { Resolved<Source.Object>.leaf($0) }
            return completeList(leaves, of: element, group, type: parent, source: source)
        case (.leaf(let value), .named(let name)):
            return completeLeaf(value, as: name, group)
        case (.object(let object), .named(let name)):
            guard let named = schema.types[name], named.isComposite else { break }
            let typeName = named.isAbstract ? source.typeName(of: object) : name
            guard schema.possibleTypes(of: name).contains(typeName) else {
                record(GraphQLError("\(typeName) is not a possible type of \(name)"), group)
                return nil
            }
            let inner = group.fields.compactMap(\.selectionSet)
            return execute(inner, type: typeName, on: object, source: source).map { .object($0) }
        default: break
        }
        record(GraphQLError("\(parent).\(group.definition.name) answered a value that is not \(type)"), group)
        return nil
    }

    private func completeList<Source: ResolverSource>(
        _ items: [Resolved<Source.Object>], of element: TypeReference, _ group: FieldGroup, type parent: String,
        source: Source
    ) -> GraphQLValue? {
        var result: [GraphQLValue] = []
        result.reserveCapacity(items.count)
        for (position, item) in items.enumerated() {
            path.append(.index(position))
            defer { path.removeLast() }
            guard let value = complete(item, as: element, group, type: parent, source: source) else { return nil }
            result.append(value)
        }
        return .list(result)
    }

    private func completeLeaf(_ value: GraphQLValue, as name: String, _ group: FieldGroup) -> GraphQLValue? {
        switch schema.types[name] {
        case .scalar(let scalar):
            if let written = scalar.coding.write(value) { return written }
        case .enumeration(let enumeration):
            if let text = value.string, enumeration.values[text] != nil { return value }
        default: break
        }
        record(GraphQLError("\(String(decoding: value.json, as: UTF8.self)) is not a value of \(name)"), group)
        return nil
    }

    private func record(_ error: GraphQLError, _ group: FieldGroup) {
        var error = error
        if error.locations.isEmpty { error.locations = group.fields.map(\.location) }
        error.path = path
        errors.append(error)
    }

    // MARK: Collecting fields

    private func fieldGroups(_ selectionSets: [SelectionSet], type: String) -> [FieldGroup] {
        let key = GroupKey(type: type, selectionSets: selectionSets.map(\.id))
        if let known = groups[key] { return known }
        var positions: [String: Int] = [:]
        var collected: [(key: String, fields: [Field])] = []
        var visited: Set<String> = []
        func visit(_ selectionSet: SelectionSet) {
            for selection in selectionSet.selections {
                switch selection {
                case .field(let field):
                    guard operation.includes(field.directives) else { continue }
                    if let position = positions[field.responseKey] {
                        collected[position].fields.append(field)
                    } else {
                        positions[field.responseKey] = collected.count
                        collected.append((field.responseKey, [field]))
                    }
                case .inline(let inline):
                    guard operation.includes(inline.directives), applies(inline.typeCondition, to: type) else {
                        continue
                    }
                    visit(inline.selectionSet)
                case .spread(let spread):
                    guard operation.includes(spread.directives), visited.insert(spread.name).inserted,
                        let fragment = operation.fragment(spread.name), applies(fragment.typeCondition, to: type)
                    else { continue }
                    visit(fragment.selectionSet)
                }
            }
        }
        for selectionSet in selectionSets { visit(selectionSet) }
        let result = collected.compactMap { makeGroup($0.key, $0.fields, type: type) }
        groups[key] = result
        return result
    }

    private func makeGroup(_ key: String, _ fields: [Field], type: String) -> FieldGroup? {
        guard let first = fields.first, let definition = schema.field(first.name, of: type) else { return nil }
        let operation = operation
        let arguments = Result { () throws(GraphQLError) in try operation.arguments(of: first, definition) }
        return FieldGroup(key: key, fields: fields, definition: definition, arguments: arguments)
    }

    private func applies(_ condition: String?, to type: String) -> Bool {
        guard let condition else { return true }
        return condition == type || schema.possibleTypes(of: condition).contains(type)
    }
}
