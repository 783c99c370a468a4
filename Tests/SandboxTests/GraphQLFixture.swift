import Foundation
import SandboxGraphQL

/// The schema, data and documents that our implementation and graphql-core both get.
struct GraphQLFixture {
    struct Document {
        var name: String
        var query: String
        var variables = GraphQLObject()
        var operation: String?
    }

    static let folder = PythonEnvironment.clients.appending(path: "graphql")

    let schema: Schema
    let source: GraphQLFixtureSource
    let documents: [Document]

    init() throws {
        schema = try Schema.build(Self.text("schema.graphql"))
        let data = try GraphQLValue(foundation: JSONSerialization.jsonObject(with: Data(Self.text("data.json").utf8)))
        source = GraphQLFixtureSource(root: data["root"] ?? [:], objects: data["objects"] ?? [:])
        documents = try Self.blocks("documents.txt").map { name, lines in
            var document = Document(name: name, query: "")
            var lines = lines[...]
            while let line = lines.first, line.hasPrefix("%") {
                lines.removeFirst()
                let rest = line.drop { $0 != " " }.dropFirst()
                if line.hasPrefix("%operation") {
                    document.operation = String(rest)
                } else {
                    let values = try JSONSerialization.jsonObject(with: Data(rest.utf8))
                    document.variables = GraphQLValue(foundation: values).object ?? [:]
                }
            }
            document.query = lines.joined(separator: "\n")
            return document
        }
    }

    static func text(_ file: String) throws -> String {
        try String(contentsOf: folder.appending(path: file), encoding: .utf8)
    }

    /// The blocks of a file: each begins with a line `--- name`.
    static func blocks(_ file: String) throws -> [(name: String, lines: [String])] {
        var blocks: [(name: String, lines: [String])] = []
        for line in try text(file).split(separator: "\n", omittingEmptySubsequences: false) {
            if line.hasPrefix("--- ") {
                blocks.append((String(line.dropFirst(4)), []))
            } else {
                blocks[blocks.count - 1].lines.append(String(line))
            }
        }
        return blocks
    }

    /// What our implementation says of the document.
    func judge(_ document: Document) -> Judgement {
        let prepared: PreparedDocument
        do {
            prepared = try PreparedDocument(document.query, schema: schema)
        } catch {
            let rules = Set(error.errors.compactMap(\.rule?.rawValue))
            return Judgement(
                parses: !rules.isEmpty, rules: rules.sorted(), response: nil,
                message: error.errors.prefix(3).map(\.message).joined(separator: "; "))
        }
        let response: GraphQLResponse
        do {
            response = try prepared.bind(operationName: document.operation, variables: document.variables)
                .execute(on: source.root, source: source)
        } catch {
            response = GraphQLResponse(refusal: error)
        }
        return Judgement(parses: true, rules: [], response: response, message: "")
    }

    struct Judgement {
        var parses: Bool
        var rules: [String]
        var response: GraphQLResponse?
        var message: String
    }
}

/// Resolves every field from a tree of values; one with `__typename` is an object, `{"$ref"}` names an object and `{"$error"}` fails.
struct GraphQLFixtureSource: ResolverSource {
    let root: GraphQLValue
    let objects: GraphQLValue

    func resolve(_ call: FieldCall, on object: GraphQLValue) throws(ResolverError) -> Resolved<GraphQLValue> {
        switch call.name {
        case "echo", "need": return .leaf(.object(call.arguments))
        case "node", "thing":
            return .optional(call.arguments["id"]?.string.flatMap { objects[$0] })
        default: return try follow(object[call.name] ?? .null, call.type)
        }
    }

    func typeName(of object: GraphQLValue) -> String {
        object["__typename"]?.string ?? ""
    }

    private func follow(_ value: GraphQLValue, _ type: TypeReference) throws(ResolverError) -> Resolved<GraphQLValue> {
        switch value {
        case .null: return .null
        case .list(let items):
            var result: [Resolved<GraphQLValue>] = []
            for item in items { result.append(try follow(item, type)) }
            return .list(result)
        default:
            if let reference = value["$ref"]?.string { return .optional(objects[reference]) }
            if let message = value["$error"]?.string { throw ResolverError(message) }
            return value["__typename"] == nil ? .leaf(value) : .object(value)
        }
    }
}

extension GraphQLValue {
    /// The value of what Foundation read from JSON.
    init(foundation: Any) {
        switch foundation {
        case let text as String: self = .string(text)
        case let items as [Any]: self = .list(items.map(GraphQLValue.init(foundation:)))
        case let members as [String: Any]:
            var object = GraphQLObject()
            for key in members.keys.sorted() { object[key] = GraphQLValue(foundation: members[key]!) }
            self = .object(object)
        case let number as NSNumber:
            if Self.isBoolean(number) {
                self = .bool(number.boolValue)
            } else if number.doubleValue == number.doubleValue.rounded(), abs(number.doubleValue) < 1e15 {
                self = .int(number.intValue)
            } else {
                self = .float(number.doubleValue)
            }
        default: self = .null
        }
    }

    /// The value with each whole number as an integer: JSON does not tell 3 from 3.0.
    var normalised: GraphQLValue {
        switch self {
        case .float(let number): Int(exactly: number).map { .int($0) } ?? self
        case .list(let items): .list(items.map(\.normalised))
        case .object(let members):
            .object(
                members.reduce(into: GraphQLObject()) { result, member in
                    result[member.key] = member.value.normalised
                })
        default: self
        }
    }

    /// Whether Foundation's number came from `true` or `false`; the two kinds differ in their type on Linux.
    private static func isBoolean(_ number: NSNumber) -> Bool {
        String(cString: number.objCType) == "c"
    }
}
