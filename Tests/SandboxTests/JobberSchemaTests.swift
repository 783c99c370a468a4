import Foundation
import SandboxGraphQL
import SandboxKit
import SandboxSupport
import Testing

@testable import SandboxJobber

@Suite("Jobber sandbox: schema")
struct JobberSchemaTests {
    /// What is known of the vendor's schema and operations; not part of this package.
    static let facts = PythonEnvironment.package.deletingLastPathComponent()
        .appending(path: "shared/vendor-specs/jobber")
    static let hasFacts = FileManager.default.fileExists(atPath: facts.path)

    static func ourSchema() throws -> Schema {
        let file = PythonEnvironment.package.appending(path: "Services/sandbox/Jobber/Schema/jobber.graphql")
        return try Schema.build(String(contentsOf: file, encoding: .utf8))
    }

    @Test(
        "Every type, field, argument and value of the vendor's schema is ours, with the same type",
        .enabled(if: hasFacts, "the vendor's schema is not here"))
    func coversTheVendor() throws {
        let file = Self.facts.appending(path: "jobber-2025-04-16-subset.graphql")
        let theirs = try Schema.build(String(contentsOf: file, encoding: .utf8))
        let ours = try Self.ourSchema()
        for name in theirs.typeNames {
            let (their, our) = (theirs.types[name], ours.types[name])
            switch (their, our) {
            case (.object(let their)?, .object(let our)?), (.interface(let their)?, .interface(let our)?):
                for field in their.fields {
                    let same = our.fields[field.name]
                    #expect(same?.type == field.type, "\(name).\(field.name)")
                    for argument in field.arguments {
                        #expect(
                            same?.arguments[argument.name]?.type == argument.type,
                            "\(name).\(field.name)(\(argument.name):)")
                    }
                }
                #expect(Set(their.interfaces).isSubset(of: our.interfaces), "\(name)")
            case (.inputObject(let their)?, .inputObject(let our)?):
                for field in their.fields {
                    #expect(our.fields[field.name]?.type == field.type, "\(name).\(field.name)")
                }
                #expect(their.fields.count == our.fields.count, "\(name)")
            case (.enumeration(let their)?, .enumeration(let our)?):
                #expect(Set(their.values.map(\.name)) == Set(our.values.map(\.name)), "\(name)")
            case (.union(let their)?, .union(let our)?): #expect(Set(their.members) == Set(our.members), "\(name)")
            case (.scalar?, .scalar?): break
            default: Issue.record("\(name) is missing or of another kind")
            }
        }
    }

    @Test("Every mutation of the schema is carried out")
    func everyMutation() throws {
        let declared = try #require(Self.ourSchema().types["Mutation"]?.fields).map(\.name)
        #expect(Set(declared).subtracting(JobberWriting.mutations.keys).isEmpty)
    }

    @Test("Every field that a list selects from can be resolved, on a record with nothing in it")
    func everyFieldResolves() async throws {
        try await JobberBench.run(limitsLifted: true) { jobber in
            let records = JobberWorld.everything
            let ids = try await jobber.client.control("POST", "seed", records)["refs"] ?? .null
            let schema = try Self.ourSchema()
            var asked = 0
            for (field, id) in JobberWorld.roots(ids) {
                let definition = try #require(schema.field(field, of: "Query"))
                let selection = Self.selection(of: definition.type.name, in: schema, depth: 3)
                let answer = try await jobber.post(
                    "query($id: EncodedId!) { \(field)(id: $id) \(selection) }", ["id": id])
                #expect(answer.json["errors"] == nil, "\(field): \(answer.json["errors"] ?? .null)")
                #expect(answer.json["data"]?[field]?["id"] == id, "\(field)")
                asked += 1
            }
            for field in JobberWorld.lists {
                let definition = try #require(schema.field(field, of: "Query"))
                let selection = Self.selection(of: definition.type.name, in: schema, depth: 3)
                let answer = try await jobber.post("{ \(field) \(selection) }")
                #expect(answer.json["errors"] == nil, "\(field): \(answer.json["errors"] ?? .null)")
                asked += 1
            }
            #expect(asked > 25)
        }
    }

    /// A selection of all fields without required arguments, as deep as `depth`.
    static func selection(of name: String, in schema: Schema, depth: Int) -> String {
        guard let type = schema.types[name], type.isComposite else { return "" }
        if type.isAbstract {
            // Members of a union may type a field differently, so each has its own aliases.
            let members = schema.possibleTypes(of: name).sorted().map { member in
                "... on \(member) \(selection(of: member, in: schema, depth: depth, prefix: "\(member)_"))"
            }
            return "{ __typename \(members.joined(separator: " ")) }"
        }
        return selection(of: name, in: schema, depth: depth, prefix: "")
    }

    private static func selection(of name: String, in schema: Schema, depth: Int, prefix: String) -> String {
        let fields = schema.types[name]?.fields.map { Array($0) } ?? []
        let parts = fields.compactMap { field -> String? in
            guard !field.arguments.contains(where: \.isRequired) else { return nil }
            let isComposite = schema.types[field.type.name]?.isComposite == true
            if isComposite, depth == 0 { return nil }
            let inner = isComposite ? " \(selection(of: field.type.name, in: schema, depth: depth - 1))" : ""
            return (prefix.isEmpty ? "" : "\(prefix)\(field.name): ") + field.name + inner
        }
        return "{ __typename \(parts.joined(separator: " ")) }"
    }
}
