import Testing

/// Records each violation as an issue of its own, so that a failure names all of them.
private func expectNone(_ violations: [Violation], _ location: SourceLocation = #_sourceLocation) {
    for violation in violations { Issue.record("\(violation)", sourceLocation: location) }
}

@Suite("The architecture")
struct ArchitectureTests {
    @Test("imports point downward, and C libraries stay inside their module")
    func imports() throws {
        let files = try SourceTree.product() + SourceTree.files("Tests/Story")
        expectNone(ImportRule.violations(in: files))
        // The walk has found something to look at.
        #expect(files.count > 100)
        #expect(Set(files.compactMap(\.module)).isSuperset(of: ["RabbitMQ", "Router", "SandboxKit", "HubSpot"]))
    }

    @Test("nothing that all vendors share names a vendor")
    func vendors() throws {
        let files = try VendorRule.folders.flatMap { try SourceTree.files($0) + SourceTree.files($0, suffix: ".sql") }
        expectNone(VendorRule.violations(in: files))
    }

    @Test("the canonical model has no floating point")
    func floatingPoint() throws {
        try expectNone(WordRule.floatingPoint(in: SourceTree.files("Shared/CanonicalModel")))
    }

    @Test("product code has no leftovers and no crash on a wrong assumption")
    func leftovers() throws {
        try expectNone(WordRule.leftovers(in: SourceTree.product()))
    }

    @Test("files stay short, or say why not")
    func length() throws {
        let files = try SourceTree.product()
        expectNone(FileRule.tooLong(files))
        #expect(FileRule.idleReasons(files).isEmpty)
    }

    @Test("files are named for what they declare")
    func names() throws {
        let files = try SourceTree.product()
        expectNone(FileRule.misnamed(files))
        expectNone(FileRule.vague(files))
    }

    @Test("every migration can be taken back")
    func migrations() throws {
        let files = try SourceTree.files("Shared/SyncStore/Migrations", suffix: ".sql")
        expectNone(MigrationRule.violations(in: files))
        #expect(!files.isEmpty)
    }

    @Test("every migration that takes something away says which programs the database still serves")
    func served() throws {
        expectNone(MigrationRule.unserved(in: try SourceTree.files("Shared/SyncStore/Migrations", suffix: ".up.sql")))
    }

    @Test("the README names each verb of deploy/local")
    func readme() throws {
        let script = try SourceTree.file("deploy/local").text
        #expect(ReadmeRule.verbs(of: script).count >= 7)
        #expect(ReadmeRule.missing(readme: try SourceTree.file("README.md").text, script: script).isEmpty)
    }
}
