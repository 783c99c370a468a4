extension Validator {
    /// Arguments of a field or directive; `definitions` is nil where what they are given to is unknown.
    mutating func checkArguments(
        _ arguments: [Argument], _ definitions: Named<InputValueDefinition>?, _ owner: String,
        at location: SourceLocation
    ) {
        var seen: Set<String> = []
        for argument in arguments {
            if !seen.insert(argument.name).inserted {
                report(
                    .uniqueArgumentNames, "\(owner) is given argument '\(argument.name)' more than once",
                    argument.location)
            }
            let definition = definitions?[argument.name]
            if definitions != nil, definition == nil {
                report(
                    .knownArgumentNames, "\(owner) doesn't accept argument '\(argument.name)'", argument.location,
                    extensions: ["argumentName": .string(argument.name)])
            }
            checkValue(argument.value, type: definition?.type, hasDefault: definition?.defaultValue != nil)
        }
        guard let definitions else { return }
        let missing = definitions.filter { $0.isRequired && !seen.contains($0.name) }.map(\.name)
        for name in missing {
            report(
                .providedRequiredArguments, "\(owner) is missing required argument: \(name)", location,
                extensions: ["arguments": .string(name)])
        }
    }

    mutating func checkDirectives(_ directives: [Directive], at place: DirectiveLocation) {
        var seen: Set<String> = []
        for directive in directives {
            let definition = schema.directives[directive.name]
            if let definition {
                if !definition.locations.contains(place) {
                    report(
                        .knownDirectives, "'@\(directive.name)' can't be applied to \(place.rawValue)",
                        directive.location)
                }
                if !definition.isRepeatable, !seen.insert(directive.name).inserted {
                    report(
                        .uniqueDirectivesPerLocation,
                        "The directive \"@\(directive.name)\" can only be used once at this location",
                        directive.location)
                }
            } else {
                report(.knownDirectives, "Directive @\(directive.name) is not defined", directive.location)
            }
            checkArguments(
                directive.arguments, definition?.arguments, "Directive '@\(directive.name)'", at: directive.location)
        }
    }
}
