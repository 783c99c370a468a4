/// Something that is found by its name.
package protocol NamedDefinition: Sendable {
    var name: String { get }
}

/// Definitions in their order, found by name; the first of two with one name counts.
package struct Named<Element: NamedDefinition>: Sendable, RandomAccessCollection {
    private var elements: [Element]
    private var positions: [String: Int]

    package init(_ elements: [Element] = []) {
        self.elements = elements
        positions = Dictionary(elements.enumerated().map { ($0.element.name, $0.offset) }) { first, _ in first }
    }

    package var startIndex: Int { elements.startIndex }
    package var endIndex: Int { elements.endIndex }
    package subscript(position: Int) -> Element { elements[position] }

    package subscript(name: String) -> Element? {
        positions[name].map { elements[$0] }
    }
}
