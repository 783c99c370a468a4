import Foundation
import SandboxGraphQL
import Testing

@Suite("GraphQL beside graphql-core", .enabled(if: PythonEnvironment.isAvailable, "python3 is not installed"))
struct GraphQLDifferentialTests {
    @Test("The same documents get the same verdict, break the same rules and have the same results")
    func documents() async throws {
        let fixture = try GraphQLFixture()
        #expect(fixture.documents.count >= 150)
        try await compare(fixture.documents, fixture)
    }

    @Test("Documents mutated by seed get the same verdict and results", arguments: [UInt64(1), 2, 3, 4, 5])
    func mutations(seed: UInt64) async throws {
        let fixture = try GraphQLFixture()
        var mutator = DocumentMutator(seed: seed, documents: fixture.documents)
        let documents = (0..<700).map { _ in mutator.next() }
        try await compare(documents, fixture)
    }

    @Test("The same schemas are accepted")
    func schemas() async throws {
        let blocks = try GraphQLFixture.blocks("schemas.txt")
        let texts = blocks.map { $0.lines.joined(separator: "\n") }
        let answer = try await ask("graphql/schemas.py", ["schemas": .list(texts.map { .string($0) })])
        let verdicts = try #require(answer["valid"]?.list)
        try #require(verdicts.count == texts.count)
        for (position, text) in texts.enumerated() {
            var fault = ""
            do { _ = try Schema.build(text) } catch { fault = error.description }
            #expect(verdicts[position].bool == fault.isEmpty, "\(blocks[position].name): \(fault)\n\(text)")
        }
    }

    @Test("Introspection of the whole schema answers the same")
    func introspection() async throws {
        let fixture = try GraphQLFixture()
        let query = try GraphQLFixture.text("introspection.graphql")
        let document = GraphQLFixture.Document(name: "introspection", query: query)
        let theirs = try await answers([document])[0]
        let ours = fixture.judge(document).response?.data
        // What every schema has is described in words by graphql-core, and comes in another order.
        let builtIn: Set = [
            "Int", "Float", "String", "Boolean", "ID", "skip", "include", "deprecated", "specifiedBy", "oneOf",
        ]
        func sorted(_ value: GraphQLValue?, _ key: String) -> [String: GraphQLValue] {
            var byName: [String: GraphQLValue] = [:]
            for item in value?["__schema"]?[key]?.list ?? [] {
                guard let name = item["name"]?.string, !name.hasPrefix("__"), !builtIn.contains(name) else { continue }
                byName[name] = item
            }
            return byName
        }
        for key in ["types", "directives"] {
            let (mine, other) = (sorted(ours, key), sorted(theirs["data"], key))
            #expect(mine.keys.sorted() == other.keys.sorted())
            for (name, item) in mine { #expect(item == other[name], "\(name)") }
        }
        #expect(ours?["__schema"]?["queryType"] == theirs["data"]?["__schema"]?["queryType"])
    }

    // MARK: Both sides

    private func compare(_ documents: [GraphQLFixture.Document], _ fixture: GraphQLFixture) async throws {
        let answers = try await answers(documents)
        try #require(answers.count == documents.count)
        for (document, answer) in zip(documents, answers) where answer["skipped"] == nil {
            let ours = fixture.judge(document)
            let rules = (answer["rules"]?.list ?? []).compactMap(\.string)
            let title = "\(document.name)\n\(document.query)\ngraphql-core: \(answer["message"]?.string ?? "")\nours: "
            #expect(ours.parses == answer["parses"]?.bool, "\(title)\(ours.message)")
            // Some rules of graphql-core look into type definitions too; they have no business in the document anyway.
            if rules.contains("ExecutableDefinitions") {
                #expect(ours.rules.contains("ExecutableDefinitions"), "\(title)\(ours.message)")
            } else {
                #expect(ours.rules == rules, "\(title)\(ours.message)")
            }
            guard ours.parses, rules.isEmpty, answer["data"] != nil, let response = ours.response else { continue }
            let data = response.data ?? .null
            let text = String(decoding: data.json, as: UTF8.self)
            #expect(data.normalised == answer["data"]?.normalised, "\(title)\(text)")
            let errors = answer["errors"]?.list ?? []
            #expect(response.errors.map(\.value).map(\.place) == errors.map(\.place), "\(title)\(response.errors)")
        }
    }

    private func answers(_ documents: [GraphQLFixture.Document]) async throws -> [GraphQLValue] {
        let list = documents.map { document -> GraphQLValue in
            [
                "query": .string(document.query), "variables": .object(document.variables),
                "operation": document.operation.map { .string($0) } ?? .null,
            ]
        }
        return try await ask("graphql/check.py", ["documents": .list(list)])["results"]?.list ?? []
    }

    private func ask(_ script: String, _ request: GraphQLValue) async throws -> GraphQLValue {
        let python = try await PythonOnce.graphql.environment()
        let folder = FileManager.default.temporaryDirectory.appending(path: "graphql-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let (input, output) = (folder.appending(path: "in.json"), folder.appending(path: "out.json"))
        try Data(request.json).write(to: input)
        try await python.run(script, [input.path, output.path])
        return try GraphQLValue(foundation: JSONSerialization.jsonObject(with: Data(contentsOf: output)))
    }
}

/// Makes an environment once for all tests that run at the same time.
actor PythonOnce {
    static let graphql = PythonOnce("graphql")

    private let name: String
    private var making: Task<PythonEnvironment, any Error>?

    init(_ name: String) {
        self.name = name
    }

    func environment() async throws -> PythonEnvironment {
        let name = name
        let task = making ?? Task { try await PythonEnvironment(name) }
        making = task
        return try await task.value
    }
}

extension GraphQLValue {
    /// Where an error is: path and locations, without its words.
    fileprivate var place: GraphQLValue {
        let path = self["path"] ?? .null
        // Requests that were not executed carry no path on either side, and each its own choice of location.
        return path.isNull ? ["path": .null] : ["path": path, "locations": self["locations"] ?? .null]
    }
}
