extension Validator {
    /// A value at a position of `type`; nil where the type is unknown: then only what needs no type is checked.
    mutating func checkValue(_ value: Literal, type: TypeReference?, hasDefault: Bool = false) {
        switch value.kind {
        case .variable(let name):
            current.variables.append(
                VariableUse(name: name, location: value.location, type: type, hasDefault: hasDefault))
        case .null:
            if let type, type.isNonNull { reportMismatch(value, type) }
        case .list(let items):
            guard let type, let element = type.listElement else {
                // Not a list here: the value as a whole is judged, what is inside only for names and variables.
                if let type { checkLeafValue(value, type) }
                for item in items { checkInner(item, type: type?.nullable) }
                return
            }
            for item in items { checkValue(item, type: element) }
        case .object(let fields):
            checkUniqueFields(fields)
            guard let type else {
                for field in fields { checkValue(field.value, type: nil) }
                return
            }
            guard case .inputObject(let input)? = schema.types[type.name] else {
                checkLeafValue(value, type)
                for field in fields { checkInner(field.value, type: nil) }
                return
            }
            check(fields, of: input, at: value.location)
        case .int, .float, .string, .boolean, .enumeration:
            if let type { checkLeafValue(value, type) }
        }
    }

    private mutating func check(_ fields: [LiteralField], of input: InputObjectType, at location: SourceLocation) {
        for definition in input.fields where definition.isRequired {
            if !fields.contains(where: { $0.name == definition.name }) {
                report(
                    .valuesOfCorrectType,
                    "Argument '\(definition.name)' on InputObject '\(input.name)' is required. Expected type \(definition.type)",
                    location, extensions: ["argumentName": .string(definition.name)])
            }
        }
        for field in fields {
            let definition = input.fields[field.name]
            if definition == nil {
                report(
                    .valuesOfCorrectType, "InputObject '\(input.name)' doesn't accept argument '\(field.name)'",
                    field.location, extensions: ["argumentName": .string(field.name)])
            }
            checkValue(field.value, type: definition?.type, hasDefault: definition?.defaultValue != nil)
        }
    }

    /// Inside a value that was judged as a whole: duplicate names and variables still count.
    private mutating func checkInner(_ value: Literal, type: TypeReference?) {
        switch value.kind {
        case .variable(let name):
            current.variables.append(
                VariableUse(name: name, location: value.location, type: type, hasDefault: false))
        case .list(let items):
            for item in items { checkInner(item, type: type?.listElement ?? type?.nullable) }
        case .object(let fields):
            checkUniqueFields(fields)
            for field in fields { checkInner(field.value, type: nil) }
        default: break
        }
    }

    private mutating func checkUniqueFields(_ fields: [LiteralField]) {
        var seen: Set<String> = []
        for field in fields where !seen.insert(field.name).inserted {
            report(.uniqueInputFieldNames, "Input field '\(field.name)' is given more than once", field.location)
        }
    }

    private mutating func checkLeafValue(_ value: Literal, _ type: TypeReference) {
        switch schema.types[type.name] {
        case .scalar(let scalar):
            // A variable inside is judged when its value is known.
            var hasVariable = false
            value.forEachVariable { _, _ in hasVariable = true }
            if !hasVariable, scalar.coding.readLiteral(value) == nil { reportMismatch(value, type) }
            if hasVariable, ScalarCoding.builtIn[scalar.name] != nil { reportMismatch(value, type) }
        case .enumeration(let enumeration):
            guard case .enumeration(let name) = value.kind, enumeration.values[name] != nil else {
                reportMismatch(value, type)
                return
            }
        default:
            reportMismatch(value, type)
        }
    }

    private mutating func reportMismatch(_ value: Literal, _ type: TypeReference) {
        report(
            .valuesOfCorrectType, "\(value.printed()) has an invalid value. Expected type '\(type)'", value.location,
            extensions: ["typeName": .string(type.name)])
    }
}
