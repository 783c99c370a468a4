import SandboxGraphQL
import Testing

@Suite("GraphQL")
struct GraphQLTests {
    private func respond(
        _ query: String, variables: GraphQLObject = [:], schema text: String, root: GraphQLValue
    ) throws -> GraphQLValue {
        let schema = try Schema.build(text)
        do {
            let operation = try PreparedDocument(query, schema: schema).bind(variables: variables)
            return operation.execute(on: root, source: GraphQLFixtureSource(root: root, objects: [:])).value
        } catch {
            return GraphQLResponse(refusal: error).value
        }
    }

    @Test("A response lists data in the order of the query, and errors with message, place and path")
    func errorFormat() throws {
        let response = try respond(
            "{ b a fails }", schema: "type Query { a: Int b: Int fails: String }",
            root: ["a": 1, "b": 2, "fails": ["$error": "no"]])
        #expect(
            String(decoding: response.json, as: UTF8.self)
                == #"{"errors":[{"message":"no","locations":[{"line":1,"column":7}],"path":["fails"]}],"#
                + #""data":{"b":2,"a":1,"fails":null}}"#)
    }

    @Test("A null in a non-null field removes the nearest nullable parent, and only that")
    func nullPropagation() throws {
        let response = try respond(
            "{ list { name } }", schema: "type Query { list: [Item] } type Item { name: String! }",
            root: ["list": [["__typename": "Item", "name": "a"], ["__typename": "Item", "name": .null]]])
        #expect(response["data"] == ["list": [["name": "a"], .null]])
        #expect(response["errors"]?.list?.first?["path"] == ["list", 1, "name"])
    }

    @Test("A refused document has errors with a code, and no data at all")
    func refusal() throws {
        let response = try respond("{ a missing }", schema: "type Query { a: Int }", root: [:])
        #expect(response["data"] == nil)
        let error = try #require(response["errors"]?.list?.first)
        #expect(error["message"] == "Field 'missing' doesn't exist on type 'Query'")
        #expect(error["locations"] == [["line": 1, "column": 5]])
        #expect(error["extensions"] == ["code": "undefinedField", "typeName": "Query", "fieldName": "missing"])
    }

    @Test("A bad variable names every problem with its path")
    func variableProblems() throws {
        let response = try respond(
            "query ($in: In!) { a(in: $in) }", variables: ["in": ["x": "1", "z": 1, "list": [.null]]],
            schema: "type Query { a(in: In!): Int } input In { x: Int! y: Int! list: [Int!] }", root: [:])
        let error = try #require(response["errors"]?.list?.first)
        #expect(error["extensions"]?["code"] == "INVALID_VARIABLE")
        let paths = error["extensions"]?["problems"]?.list?.map { $0["path"] ?? .null }
        #expect(paths == [["z"], ["x"], ["y"], ["list", 0]])
        #expect(
            error["message"]?.string?.hasPrefix("Variable $in of type In! was provided invalid value for z (") == true)
    }

    @Test("A document beyond the limits is refused, however it is nested")
    func limits() throws {
        let schema = try Schema.build("type Query { a: Query b: Int c(x: Any): Int } scalar Any")
        func errors(_ query: String) -> [String] {
            do {
                _ = try PreparedDocument(query, schema: schema)
                return []
            } catch {
                return error.errors.map(\.message)
            }
        }
        func nested(_ open: String, _ close: String, _ inner: String, _ count: Int) -> String {
            String(repeating: open, count: count) + inner + String(repeating: close, count: count)
        }
        #expect(errors("{" + nested("a {", "}", "b", 90) + "}").isEmpty)
        #expect(errors("{" + nested("a {", "}", "b", 5000) + "}") == ["The document is nested deeper than 100 levels"])
        #expect(errors("{ c(x: \(nested("[", "]", "", 5000))) }") == ["The document is nested deeper than 100 levels"])
        #expect(
            errors("query ($v: \(nested("[", "]", "Int", 5000))) { b }")
                == ["The document is nested deeper than 100 levels"])
        let long = "{" + String(repeating: "b ", count: 100_001) + "}"
        #expect(errors(long) == ["The document has more than 100000 tokens"])
        let chain = (0..<500).map { "fragment f\($0) on Query { a { ...f\($0 + 1) } }" }.joined(separator: " ")
        #expect(
            errors("{ ...f0 } \(chain) fragment f500 on Query { b }") == ["The operation nests deeper than 100 levels"])
    }

    @Test("Fragments that multiply are validated in bounded time")
    func boundedValidation() throws {
        let schema = try Schema.build("type Query { a: Query b: Int }")
        let levels = (0..<40).map { "fragment f\($0) on Query { x: a { ...f\($0 + 1) } y: a { ...f\($0 + 1) } }" }
        let document = "{ ...f0 } \(levels.joined(separator: " ")) fragment f40 on Query { b }"
        #expect(throws: Never.self) { _ = try PreparedDocument(document, schema: schema) }
    }

    @Test("A schema with several faults names all of them with their places")
    func schemaFaults() {
        do {
            _ = try Schema.build("type Query { a: Missing\n b(x: Query): Int @nope }")
            Issue.record("The schema was accepted")
        } catch {
            #expect(error.faults.count == 3)
            #expect(error.description.contains("1:14: Unknown type \"Missing\""))
        }
    }

    @Test("Custom scalars are read and written by their coding")
    func customScalars() throws {
        let schema = try Schema.build(
            "type Query { a(day: Day!): Day } scalar Day", scalars: ["Day": .text { $0.utf8.count == 10 }])
        let source = GraphQLFixtureSource(root: ["a": "2026-01-02"], objects: [:])
        let good = try PreparedDocument("{ a(day: \"2026-01-01\") }", schema: schema).bind()
        #expect(good.execute(on: source.root, source: source).data == ["a": "2026-01-02"])
        for bad in ["\"today\"", "1", "{}", "null"] {
            #expect(throws: GraphQLRefusal.self) { try PreparedDocument("{ a(day: \(bad)) }", schema: schema) }
        }
    }

    @Test("Resolver closures answer by type and field, with interfaces told apart")
    func resolvers() throws {
        let schema = try Schema.build(
            "type Query { all: [Node!]! } interface Node { id: ID! } type A implements Node { id: ID! a: Int } "
                + "type B implements Node { id: ID! }")
        var resolvers = Resolvers<Int, String>(7) { $0 }
        resolvers.set("Query", "all") { _, _, _ in .objects(["A", "B"]) }
        resolvers.set("A", "id") { _, _, _ in .leaf("one") }
        resolvers.set("A", "a") { environment, _, _ in .leaf(.int(environment)) }
        resolvers.set("B", "id") { _, _, _ throws(ResolverError) in throw ResolverError("gone", code: "GONE") }
        let operation = try PreparedDocument("{ all { __typename id ... on A { a } } }", schema: schema).bind()
        let response = operation.execute(on: "Query", source: resolvers)
        #expect(response.data == .null)
        #expect(response.errors.map(\.code) == ["GONE"])
        #expect(response.errors.first?.path == [.key("all"), .index(1), .key("id")])
    }

    @Test("Text survives JSON: quotes, control characters and characters beyond the first plane")
    func jsonText() {
        let value: GraphQLValue = ["k\"": "a\\\u{1}\n\u{7F}🐎", "n": 1.5, "i": -3, "inf": .float(.infinity)]
        #expect(
            String(decoding: value.json, as: UTF8.self)
                == #"{"k\"":"a\\\u0001\n\u007F🐎","n":1.5,"i":-3,"inf":null}"#)
    }
}
