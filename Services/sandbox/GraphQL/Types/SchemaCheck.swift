/// Checks the definitions of a schema against section 3 of the specification and collects every fault.
struct SchemaCheck {
    let schema: Schema
    let document: Document
    private(set) var faults: [GraphQLError] = []
    private var validator: Validator

    init(schema: Schema, document: Document) {
        self.schema = schema
        self.document = document
        validator = Validator(schema: schema, document: Document())
    }

    mutating func run() {
        for operation in document.operations { fault("An operation may not stand in a schema", operation.location) }
        for fragment in document.fragments { fault("A fragment may not stand in a schema", fragment.location) }
        checkRoots()
        var typeNames = SchemaPrelude.names
        var directiveNames = SchemaPrelude.directives
        for definition in document.typeSystem {
            if case .directive = definition.kind {
                if !directiveNames.insert(definition.name).inserted {
                    fault("There can be only one directive \"@\(definition.name)\"", definition.location)
                }
                checkName(definition.name, definition.location)
            } else if case .schema = definition.kind {
                checkDirectives(definition.directives, .schema)
            } else {
                if !typeNames.insert(definition.name).inserted {
                    fault("There can be only one type \"\(definition.name)\"", definition.location)
                }
                checkName(definition.name, definition.location)
            }
            check(definition)
        }
        checkInputCycles()
        faults += validator.errors
    }

    private mutating func check(_ definition: TypeSystemDefinition) {
        let name = definition.name
        switch definition.kind {
        case .schema: break
        case .scalar: checkDirectives(definition.directives, .scalar)
        case .object(let interfaces, let fields):
            checkDirectives(definition.directives, .object)
            checkFields(fields, of: name, definition.location)
            checkInterfaces(interfaces, of: name)
        case .interface(let interfaces, let fields):
            checkDirectives(definition.directives, .interface)
            checkFields(fields, of: name, definition.location)
            checkInterfaces(interfaces, of: name)
        case .union(let members):
            checkDirectives(definition.directives, .union)
            if members.isEmpty { fault("Union \"\(name)\" must have a member", definition.location) }
            checkUnique(members.map { ($0.name, $0.location) }, "member", of: name)
            for member in members {
                guard case .object? = schema.types[member.name] else {
                    fault("Union \"\(name)\" can only hold object types, not \"\(member.name)\"", member.location)
                    continue
                }
            }
        case .enumeration(let values):
            checkDirectives(definition.directives, .enumeration)
            if values.isEmpty { fault("Enum \"\(name)\" must have a value", definition.location) }
            checkUnique(values.map { ($0.name, $0.location) }, "value", of: name)
            for value in values {
                checkName(value.name, value.location)
                checkDirectives(value.directives, .enumValue)
            }
        case .inputObject(let fields):
            checkDirectives(definition.directives, .inputObject)
            if fields.isEmpty { fault("Input \"\(name)\" must have a field", definition.location) }
            checkInputs(fields, "field", of: name, .inputFieldDefinition)
        case .directive(let arguments, _, _):
            checkInputs(arguments, "argument", of: "@\(name)", .argumentDefinition)
        }
    }

    private mutating func checkRoots() {
        let definitions = document.typeSystem.filter { if case .schema = $0.kind { true } else { false } }
        for extra in definitions.dropFirst() { fault("There can be only one schema definition", extra.location) }
        if schema.queryType.isEmpty { fault("The schema has no query type", definitions.first?.location) }
        if case .schema(let roots)? = definitions.first?.kind {
            var seen: Set<OperationKind> = []
            for root in roots where !seen.insert(root.operation).inserted {
                fault("There can be only one \(root.operation.rawValue) type", root.location)
            }
        }
        var used: Set<String> = []
        for kind in OperationKind.allCases {
            guard let name = schema.rootType(kind), !name.isEmpty else { continue }
            guard case .object? = schema.types[name] else {
                fault("The \(kind.rawValue) type must be an object type, not \"\(name)\"", definitions.first?.location)
                continue
            }
            if !used.insert(name).inserted {
                fault("\"\(name)\" cannot be two root types at once", definitions.first?.location)
            }
        }
    }

    private mutating func checkFields(_ fields: [FieldNode], of type: String, _ location: SourceLocation) {
        if fields.isEmpty { fault("Type \"\(type)\" must have a field", location) }
        checkUnique(fields.map { ($0.name, $0.location) }, "field", of: type)
        for field in fields {
            checkName(field.name, field.location)
            checkDirectives(field.directives, .fieldDefinition)
            switch schema.types[field.type.name] {
            case nil: fault("Unknown type \"\(field.type.name)\"", field.location)
            case let named? where !named.isOutput:
                fault("Field \"\(type).\(field.name)\" must have an output type, not \"\(field.type)\"", field.location)
            default: break
            }
            checkInputs(field.arguments, "argument", of: "\(type).\(field.name)", .argumentDefinition)
        }
    }

    private mutating func checkInputs(
        _ inputs: [InputValueNode], _ word: String, of owner: String, _ place: DirectiveLocation
    ) {
        checkUnique(inputs.map { ($0.name, $0.location) }, word, of: owner)
        for input in inputs {
            checkName(input.name, input.location)
            checkDirectives(input.directives, place)
            switch schema.types[input.type.name] {
            case nil: fault("Unknown type \"\(input.type.name)\"", input.location)
            case let named? where !named.isInput:
                fault("\"\(owner).\(input.name)\" must have an input type, not \"\(input.type)\"", input.location)
            default:
                if let value = input.defaultValue { validator.checkValue(value, type: input.type) }
            }
            let isDeprecated = input.directives.contains { $0.name == "deprecated" }
            if isDeprecated, input.type.isNonNull, input.defaultValue == nil {
                fault("Required \(word) \"\(owner).\(input.name)\" cannot be deprecated", input.location)
            }
        }
    }

    private mutating func checkDirectives(_ directives: [Directive], _ place: DirectiveLocation) {
        validator.checkDirectives(directives, at: place)
    }

    private mutating func checkUnique(_ names: [(String, SourceLocation)], _ word: String, of owner: String) {
        var seen: Set<String> = []
        for (name, location) in names where !seen.insert(name).inserted {
            fault("\"\(owner)\" has more than one \(word) \"\(name)\"", location)
        }
    }

    private mutating func checkName(_ name: String, _ location: SourceLocation) {
        if name.hasPrefix("__") {
            fault("Name \"\(name)\" must not begin with \"__\", which is reserved for introspection", location)
        }
    }

    private mutating func checkInterfaces(_ interfaces: [NamedReference], of name: String) {
        checkUnique(interfaces.map { ($0.name, $0.location) }, "interface", of: name)
        guard let type = schema.types[name], let fields = type.fields else { return }
        let implemented = Set(interfaces.map(\.name))
        for reference in interfaces {
            guard case .interface(let interface)? = schema.types[reference.name] else {
                fault("\"\(name)\" can only implement interfaces, not \"\(reference.name)\"", reference.location)
                continue
            }
            if interface.name == name {
                fault("\"\(name)\" cannot implement itself", reference.location)
                continue
            }
            for missing in interface.interfaces where !implemented.contains(missing) {
                let message =
                    missing == name
                    ? "\"\(name)\" cannot implement \"\(interface.name)\", which implements it"
                    : "\"\(name)\" must implement \"\(missing)\" because \"\(interface.name)\" does"
                fault(message, reference.location)
            }
            for expected in interface.fields {
                checkField(expected, of: interface.name, in: fields, of: name, reference.location)
            }
        }
    }

    private mutating func checkField(
        _ expected: FieldDefinition, of interface: String, in fields: Named<FieldDefinition>, of name: String,
        _ location: SourceLocation
    ) {
        guard let field = fields[expected.name] else {
            fault("\"\(name)\" lacks the field \"\(expected.name)\" of \"\(interface)\"", location)
            return
        }
        if !schema.isSubtype(field.type, of: expected.type) {
            fault(
                "\"\(name).\(field.name)\" has type \(field.type), but \"\(interface)\" expects \(expected.type)",
                location)
        }
        for argument in expected.arguments {
            guard let own = field.arguments[argument.name] else {
                fault("\"\(name).\(field.name)\" lacks the argument \"\(argument.name)\" of \"\(interface)\"", location)
                continue
            }
            if own.type != argument.type {
                fault(
                    "\"\(name).\(field.name)(\(argument.name):)\" has type \(own.type), "
                        + "but \"\(interface)\" expects \(argument.type)", location)
            }
        }
        for argument in field.arguments where argument.isRequired && expected.arguments[argument.name] == nil {
            fault(
                "\"\(name).\(field.name)\" requires the argument \"\(argument.name)\", which \"\(interface)\" does not have",
                location)
        }
    }

    /// An input object that contains itself through required fields alone could never be written down.
    private mutating func checkInputCycles() {
        var finished: Set<String> = []
        for definition in document.typeSystem {
            guard case .inputObject = definition.kind else { continue }
            var path: [String] = []
            if let cycle = cycle(from: definition.name, path: &path, finished: &finished) {
                fault(
                    "Input \"\(definition.name)\" contains itself through required fields: "
                        + cycle.joined(separator: " → "), definition.location)
            }
        }
    }

    private func cycle(from name: String, path: inout [String], finished: inout Set<String>) -> [String]? {
        if let start = path.firstIndex(of: name) { return Array(path[start...]) + [name] }
        guard !finished.contains(name), case .inputObject(let type)? = schema.types[name] else { return nil }
        path.append(name)
        defer { path.removeLast() }
        for field in type.fields {
            guard case .nonNull(.named(let next)) = field.type else { continue }
            if let found = cycle(from: next, path: &path, finished: &finished) {
                finished.insert(name)
                return found
            }
        }
        finished.insert(name)
        return nil
    }

    private mutating func fault(_ message: String, _ location: SourceLocation?) {
        faults.append(GraphQLError(message, locations: location.map { [$0] } ?? []))
    }
}
