import Foundation
import Postgres
import Testing

@Suite("Migrations from a folder")
struct MigrationFolderTests {
    private func withFolder(_ files: [String: String], _ body: (String) throws -> Void) throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        for (name, text) in files {
            try Data(text.utf8).write(to: folder.appendingPathComponent(name))
        }
        try body(folder.path)
    }

    @Test("Files are loaded in the order of their numbers, and others are left alone")
    func loads() throws {
        let files = [
            "0002_add_b.up.sql": "b", "0002_add_b.down.sql": "-b", "0001_create_a.up.sql": "a",
            "0001_create_a.down.sql": "-a", "README.md": "x",
        ]
        try withFolder(files) { folder in
            let migrations = try Migration.load(folder: folder)
            #expect(migrations.map(\.number) == [1, 2])
            #expect(migrations.map(\.name) == ["create_a", "add_b"])
            #expect(migrations.map(\.up) == ["a", "b"])
            #expect(migrations.map(\.down) == ["-a", "-b"])
        }
    }

    @Test("Every fault of a folder is listed at once")
    func listsFaults() throws {
        let files = [
            "0001_a.up.sql": "", "0001_b.up.sql": "", "0001_b.down.sql": "", "7_c.up.sql": "", "0003_d.down.sql": "",
            "0004_e.sql": "",
        ]
        try withFolder(files) { folder in
            let error = #expect(throws: MigrationError.self) { try Migration.load(folder: folder) }
            #expect(error?.code == .invalid)
            for fault in [
                "0001_a.up.sql has no 0001_a.down.sql", "0001_a and 0001_b have the same number",
                "7_c.up.sql is not named", "0003_d.down.sql has no", "0004_e.sql ends neither",
            ] {
                #expect(error?.message.contains(fault) == true, "\(fault)")
            }
        }
    }

    @Test("A folder that is missing is named")
    func namesMissingFolder() {
        let error = #expect(throws: MigrationError.self) { try Migration.load(folder: "/nowhere/at/all") }
        #expect(error?.message.contains("/nowhere/at/all") == true)
    }
}
