/// A parsed document: operations and fragments, and whatever type definitions stand in it.
package struct Document: Sendable {
    package var operations: [OperationDefinition] = []
    package var fragments: [FragmentDefinition] = []
    package var typeSystem: [TypeSystemDefinition] = []
}

/// The three kinds of operation.
package enum OperationKind: String, Sendable, Hashable, CaseIterable {
    case query, mutation, subscription
}

/// One operation of a document.
package struct OperationDefinition: Sendable {
    package var kind: OperationKind
    package var name: String?
    package var variables: [VariableDefinition]
    package var directives: [Directive]
    package var selectionSet: SelectionSet
    package var location: SourceLocation
}

/// A variable that an operation declares.
package struct VariableDefinition: Sendable {
    package var name: String
    package var type: TypeReference
    package var typeLocation: SourceLocation
    package var defaultValue: Literal?
    package var directives: [Directive]
    package var location: SourceLocation
}

/// What stands between braces.
///
/// The identity is unique within its document.
package struct SelectionSet: Sendable {
    package var id: Int
    package var selections: [Selection]
    package var location: SourceLocation
}

/// One selection: a field, a spread of a named fragment, or an inline fragment.
package indirect enum Selection: Sendable {
    case field(Field)
    case spread(FragmentSpread)
    case inline(InlineFragment)
}

/// A selected field.
///
/// The identity is unique within its document.
package struct Field: Sendable {
    package var id: Int
    package var alias: String?
    package var name: String
    package var arguments: [Argument]
    package var directives: [Directive]
    package var selectionSet: SelectionSet?
    package var location: SourceLocation

    /// The key under which the result holds the field.
    package var responseKey: String { alias ?? name }
}

/// An argument of a field or directive.
package struct Argument: Sendable {
    package var name: String
    package var value: Literal
    package var location: SourceLocation
}

/// A directive that is applied somewhere.
package struct Directive: Sendable {
    package var name: String
    package var arguments: [Argument]
    package var location: SourceLocation
}

/// The use of a named fragment.
package struct FragmentSpread: Sendable {
    package var name: String
    package var directives: [Directive]
    package var location: SourceLocation
}

/// A fragment that stands where it is used.
package struct InlineFragment: Sendable {
    package var typeCondition: String?
    package var typeLocation: SourceLocation
    package var directives: [Directive]
    package var selectionSet: SelectionSet
    package var location: SourceLocation
}

/// A named fragment.
package struct FragmentDefinition: Sendable {
    package var name: String
    package var typeCondition: String
    package var typeLocation: SourceLocation
    package var directives: [Directive]
    package var selectionSet: SelectionSet
    package var location: SourceLocation
}
