/// A place in a document: line and column, both counted from 1 (columns in Unicode scalars).
package struct SourceLocation: Sendable, Hashable {
    package var line: Int
    package var column: Int

    package init(line: Int, column: Int) {
        self.line = line
        self.column = column
    }
}
