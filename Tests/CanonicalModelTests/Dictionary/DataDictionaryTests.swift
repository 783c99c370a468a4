import CanonicalModel
import Testing

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

@Suite("The data dictionary")
struct DataDictionaryTests {
    @Test(
        "R11.3: the committed dictionary and schemas are what the model says",
        arguments: DataDictionary.files().map(\.path))
    func committed(path: String) throws {
        let text = try #require(DataDictionary.files().first { $0.path == path }?.text)
        #expect(
            contents(of: path) == text,
            "\(path) is stale: run '\(DataDictionary.command)' in the package's folder and commit what it writes")
    }

    @Test("R11.1, R11.3: every field of every entity is in the dictionary and in its schema")
    func complete() throws {
        let lines = DataDictionary.markdown().split(separator: "\n")
        for entity in ModelCatalog.entities {
            #expect(lines.contains("## \(entity.kind.rawValue)"))
            let schema = try JSONValue(parsing: DataDictionary.jsonSchema(for: entity.kind))
            #expect(schema["properties"].object?.keys == entity.fields.map(\.name.name))
            for field in entity.fields {
                #expect(lines.contains { $0.hasPrefix("| \(field.name) | ") && $0.hasSuffix("| \(field.text) |") })
                #expect(!field.text.contains("|") && field.text.hasSuffix("."), "\(entity.kind).\(field.name)")
            }
        }
    }

    @Test("A reference of a schema always has its definition")
    func definitions() throws {
        for entity in ModelCatalog.entities {
            let text = DataDictionary.jsonSchema(for: entity.kind)
            let schema = try JSONValue(parsing: text)
            for part in text.split(separator: "\"#/$defs/").dropFirst() {
                let name = String(part.prefix { $0 != "\"" })
                #expect(schema["$defs"][name].object != nil, "\(entity.kind): \(name)")
            }
        }
    }

    @Test("What must be there before a record can be created forms no circle")
    func acyclic() {
        #expect(RequiredReferences.cycle(in: ModelCatalog.entities) == nil)
        func entity(_ kind: EntityKind, needs parent: EntityKind) -> EntityDeclaration {
            EntityDeclaration(
                kind, "", fields: [FieldDeclaration("parent", .reference(parent), "", requiredAtCreate: true)])
        }
        #expect(RequiredReferences.cycle(in: [entity(.job, needs: .job)]) == [.job, .job])
        #expect(
            RequiredReferences.cycle(in: [
                entity(.asset, needs: .job), entity(.job, needs: .site), entity(.site, needs: .customer),
                entity(.customer, needs: .job),
            ]) == [.job, .site, .customer, .job])
    }

    private func contents(of path: String) -> String? {
        // Tests/CanonicalModelTests/Dictionary/DataDictionaryTests.swift
        let folder = "/" + #filePath.split(separator: "/").dropLast(4).joined(separator: "/")
        guard let file = fopen("\(folder)/\(path)", "rb") else { return nil }
        defer { fclose(file) }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while case let count = fread(&buffer, 1, buffer.count, file), count > 0 { bytes += buffer[..<count] }
        return String(decoding: bytes, as: UTF8.self)
    }
}
