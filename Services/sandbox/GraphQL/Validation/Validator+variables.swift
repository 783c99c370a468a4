extension Validator {
    mutating func checkVariableDefinitions(_ operation: OperationDefinition) {
        var seen: Set<String> = []
        for variable in operation.variables {
            if !seen.insert(variable.name).inserted {
                report(
                    .uniqueVariableNames, "There can only be one variable named \"\(variable.name)\"",
                    variable.location, extensions: ["variableName": .string(variable.name)])
            }
            checkDirectives(variable.directives, at: .variableDefinition)
            let typeName = variable.type.name
            let type = schema.types[typeName]
            if type == nil {
                report(
                    .knownTypeNames, "\(typeName) isn't a defined input type (on $\(variable.name))",
                    variable.typeLocation, extensions: ["typeName": .string(typeName)])
            } else if type?.isInput == false {
                report(
                    .variablesAreInputTypes, "\(typeName) isn't a valid input type (on $\(variable.name))",
                    variable.typeLocation, extensions: ["typeName": .string(typeName)])
            }
            if let value = variable.defaultValue {
                checkValue(value, type: type?.isInput == true ? variable.type : nil)
            }
        }
    }

    /// Each variable must be declared, used, and allowed where it is used, through all fragments of the operation.
    mutating func checkVariables(of operation: OperationDefinition, _ own: Uses) {
        var uses = own.variables
        var reached: Set<String> = []
        var pending = own.spreads.map(\.name)
        while let name = pending.popLast() {
            guard reached.insert(name).inserted, let fragment = fragmentUses[name] else { continue }
            uses += fragment.variables
            pending += fragment.spreads.map(\.name)
        }
        let declared = Dictionary(operation.variables.map { ($0.name, $0) }) { _, last in last }
        let title = operation.name ?? "anonymous \(operation.kind.rawValue)"
        for use in uses {
            guard let variable = declared[use.name] else {
                report(
                    .noUndefinedVariables, "Variable $\(use.name) is used by \(title) but not declared", use.location,
                    operation.location, extensions: ["variableName": .string(use.name)])
                continue
            }
            if let type = use.type, schema.types[variable.type.name] != nil,
                !isAllowed(variable, at: type, hasDefault: use.hasDefault)
            {
                report(
                    .variablesInAllowedPosition,
                    "Type mismatch on variable $\(use.name): \(variable.type) is used where \(type) is expected",
                    variable.location, use.location,
                    extensions: ["variableName": .string(use.name), "typeName": .string("\(variable.type)")])
            }
        }
        let used = Set(uses.map(\.name))
        for variable in operation.variables where !used.contains(variable.name) {
            report(
                .noUnusedVariables, "Variable $\(variable.name) is declared by \(title) but not used",
                variable.location, extensions: ["variableName": .string(variable.name)])
        }
    }

    private func isAllowed(_ variable: VariableDefinition, at type: TypeReference, hasDefault: Bool) -> Bool {
        guard type.isNonNull, !variable.type.isNonNull else { return schema.isSubtype(variable.type, of: type) }
        let hasNonNullDefault = variable.defaultValue.map { $0.kind != .null } ?? false
        guard hasNonNullDefault || hasDefault else { return false }
        return schema.isSubtype(variable.type, of: type.nullable)
    }

    /// A subscription selects exactly one field at its root, and not an introspection field.
    mutating func checkSingleRoot(_ operation: OperationDefinition) {
        guard let root = schema.subscriptionType else { return }
        var keys: [String: Field] = [:]
        var order: [String] = []
        var visited: Set<String> = []
        func visit(_ selectionSet: SelectionSet) {
            for selection in selectionSet.selections {
                switch selection {
                case .field(let field):
                    if keys[field.responseKey] == nil {
                        order.append(field.responseKey)
                        keys[field.responseKey] = field
                    }
                case .inline(let inline):
                    if let condition = inline.typeCondition, !schema.possibleTypes(of: condition).contains(root) {
                        continue
                    }
                    visit(inline.selectionSet)
                case .spread(let spread):
                    guard visited.insert(spread.name).inserted, let fragment = fragments[spread.name],
                        schema.possibleTypes(of: fragment.typeCondition).contains(root)
                    else { continue }
                    visit(fragment.selectionSet)
                }
            }
        }
        visit(operation.selectionSet)
        let title = operation.name.map { "Subscription \"\($0)\"" } ?? "An anonymous subscription"
        if order.count > 1, let extra = keys[order[1]] {
            report(.singleFieldSubscriptions, "\(title) must select only one top level field", extra.location)
        }
        for key in order {
            guard let field = keys[key], field.name.hasPrefix("__") else { continue }
            report(
                .singleFieldSubscriptions, "\(title) must not select an introspection field at its top level",
                field.location)
        }
    }
}
