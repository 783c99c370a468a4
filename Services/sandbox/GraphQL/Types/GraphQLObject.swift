/// The members of an object value, in their order; two objects are equal when their members are, in any order.
package struct GraphQLObject: Sendable, Equatable, Sequence, ExpressibleByDictionaryLiteral {
    private var members: [(key: String, value: GraphQLValue)] = []

    package init() {}

    package init(dictionaryLiteral elements: (String, GraphQLValue)...) {
        for (key, value) in elements { self[key] = value }
    }

    package var count: Int { members.count }
    package var isEmpty: Bool { members.isEmpty }
    package var keys: [String] { members.map(\.key) }

    /// Objects of a request have few members: a linear search beats hashing.
    package subscript(_ key: String) -> GraphQLValue? {
        get { members.first { $0.key == key }?.value }
        set {
            switch (members.firstIndex { $0.key == key }, newValue) {
            case (let index?, let value?): members[index].value = value
            case (let index?, nil): members.remove(at: index)
            case (nil, let value?): members.append((key, value))
            case (nil, nil): break
            }
        }
    }

    /// Adds a member whose key is known to be new.
    package mutating func append(_ key: String, _ value: GraphQLValue) {
        members.append((key, value))
    }

    package mutating func reserveCapacity(_ count: Int) {
        members.reserveCapacity(count)
    }

    package func makeIterator() -> IndexingIterator<[(key: String, value: GraphQLValue)]> {
        members.makeIterator()
    }

    package static func == (first: GraphQLObject, second: GraphQLObject) -> Bool {
        first.count == second.count && first.members.allSatisfy { second[$0.key] == $0.value }
    }
}
