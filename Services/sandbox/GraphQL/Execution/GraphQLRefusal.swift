/// Why a request was not executed at all: its response has these errors and no data.
package struct GraphQLRefusal: Error, Sendable {
    package var errors: [GraphQLError]

    package init(_ errors: [GraphQLError]) {
        self.errors = errors
    }
}
