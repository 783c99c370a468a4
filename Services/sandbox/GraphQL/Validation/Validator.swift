/// Checks a document against a schema by every rule of the specification's section 5.
///
/// One walk over each operation and fragment checks what is local and notes which variables and fragments it uses;
/// what concerns the document as a whole is judged from those notes.
package struct Validator {
    /// A variable as it is used: where, at a position of which type, and whether that position has a default.
    struct VariableUse {
        var name: String
        var location: SourceLocation
        var type: TypeReference?
        var hasDefault: Bool
    }

    /// What one operation or fragment uses by itself.
    struct Uses {
        var variables: [VariableUse] = []
        var spreads: [FragmentSpread] = []
    }

    let schema: Schema
    let document: Document
    let fragments: [String: FragmentDefinition]
    private(set) var errors: [GraphQLError] = []
    var current = Uses()
    private var operationUses: [Uses] = []
    private(set) var fragmentUses: [String: Uses] = [:]

    init(schema: Schema, document: Document) {
        self.schema = schema
        self.document = document
        fragments = Dictionary(document.fragments.map { ($0.name, $0) }) { first, _ in first }
    }

    /// Every error of the document; none means that it is valid.
    package static func validate(_ document: Document, against schema: Schema) -> [GraphQLError] {
        var validator = Validator(schema: schema, document: document)
        validator.run()
        return validator.errors
    }

    private mutating func run() {
        // Everything after this recurses along the selections, so their depth is bounded first.
        guard !isTooDeep() else { return }
        for definition in document.typeSystem {
            report(
                .executableDefinitions, "A type system definition is not executable: \"\(definition.name)\"",
                definition.location)
        }
        checkOperationNames()
        checkFragmentNames()
        for fragment in document.fragments { walk(fragment) }
        for operation in document.operations { walk(operation) }
        for (operation, uses) in zip(document.operations, operationUses) { checkVariables(of: operation, uses) }
        checkFragmentUse()
        checkFragmentCycles()
        var overlap = OverlapCheck(schema: schema, fragments: fragments)
        for operation in document.operations {
            overlap.check(operation.selectionSet, parent: schema.rootType(operation.kind))
        }
        for fragment in document.fragments { overlap.check(fragment.selectionSet, parent: fragment.typeCondition) }
        errors += overlap.errors
    }

    /// Records an error that stands outside of the rules.
    mutating func refuse(_ message: String, _ location: SourceLocation) {
        errors.append(GraphQLError(message, locations: [location], code: "maxDepth"))
    }

    mutating func report(
        _ rule: ValidationRule, _ message: String, _ locations: SourceLocation..., extensions: GraphQLObject = [:]
    ) {
        errors.append(
            GraphQLError(message, locations: locations, code: rule.code, extensions: extensions, rule: rule))
    }

    // MARK: Definitions

    private mutating func checkOperationNames() {
        var seen: Set<String> = []
        for operation in document.operations {
            if let name = operation.name {
                if !seen.insert(name).inserted {
                    report(
                        .uniqueOperationNames, "There can be only one operation named \"\(name)\"", operation.location)
                }
            } else if document.operations.count > 1 {
                report(
                    .loneAnonymousOperation, "An anonymous operation must be the only one of its document",
                    operation.location)
            }
        }
    }

    private mutating func checkFragmentNames() {
        var seen: Set<String> = []
        for fragment in document.fragments where !seen.insert(fragment.name).inserted {
            report(.uniqueFragmentNames, "There can be only one fragment named \"\(fragment.name)\"", fragment.location)
        }
    }

    private mutating func walk(_ operation: OperationDefinition) {
        current = Uses()
        let place: DirectiveLocation =
            switch operation.kind {
            case .query: .query
            case .mutation: .mutation
            case .subscription: .subscription
            }
        checkDirectives(operation.directives, at: place)
        checkVariableDefinitions(operation)
        if operation.kind == .subscription { checkSingleRoot(operation) }
        walk(operation.selectionSet, parent: schema.rootType(operation.kind))
        operationUses.append(current)
    }

    private mutating func walk(_ fragment: FragmentDefinition) {
        current = Uses()
        checkTypeCondition(fragment.typeCondition, fragment.typeLocation, "Fragment \"\(fragment.name)\"")
        checkDirectives(fragment.directives, at: .fragmentDefinition)
        walk(fragment.selectionSet, parent: outputType(fragment.typeCondition))
        if fragmentUses[fragment.name] == nil { fragmentUses[fragment.name] = current }
    }

    // MARK: Selections

    /// Walks a selection set; `parent` is nil where the type is not known, and fields are not judged then.
    mutating func walk(_ selectionSet: SelectionSet, parent: String?) {
        for selection in selectionSet.selections {
            switch selection {
            case .field(let field): walk(field, parent: parent)
            case .spread(let spread): check(spread, parent: parent)
            case .inline(let inline):
                if let condition = inline.typeCondition {
                    checkTypeCondition(condition, inline.typeLocation, "An inline fragment")
                    checkPossible(condition, in: parent, "An inline fragment", inline.location)
                }
                checkDirectives(inline.directives, at: .inlineFragment)
                walk(inline.selectionSet, parent: inline.typeCondition.map(outputType) ?? parent)
            }
        }
    }

    private mutating func walk(_ field: Field, parent: String?) {
        checkDirectives(field.directives, at: .field)
        let composite = parent.flatMap { schema.types[$0]?.isComposite == true ? $0 : nil }
        let definition = composite.flatMap { schema.field(field.name, of: $0) }
        if let composite, definition == nil {
            report(
                .fieldsOnCorrectType, "Field '\(field.name)' doesn't exist on type '\(composite)'", field.location,
                extensions: ["typeName": .string(composite), "fieldName": .string(field.name)])
        }
        checkArguments(
            field.arguments, definition?.arguments, "Field '\(field.name)'", at: field.location)
        if let definition { checkLeaf(field, definition.type) }
        if let selectionSet = field.selectionSet {
            walk(selectionSet, parent: definition.map(\.type.name).flatMap(outputType))
        }
    }

    private mutating func checkLeaf(_ field: Field, _ type: TypeReference) {
        guard let named = schema.types[type.name] else { return }
        if named.isLeaf, field.selectionSet != nil {
            report(
                .scalarLeafs, "Selections can't be made on \(named.name) (field '\(field.name)' returns \(type))",
                field.location)
        } else if !named.isLeaf, field.selectionSet == nil {
            report(
                .scalarLeafs, "Field '\(field.name)' of type \(type) must have a selection of subfields", field.location
            )
        }
    }

    private func outputType(_ name: String) -> String? {
        schema.types[name].flatMap { $0.isOutput ? name : nil }
    }
}
