import Testing

@Suite("The rules of the architecture can fail")
struct RuleTests {
    private func file(_ path: String, _ text: String) -> SourceFile {
        SourceFile(path: path, text: text)
    }

    @Test("for an import that points upward or sideways")
    func upward() {
        let files = [
            file("Shared/CanonicalModel/A.swift", "import Logging\npublic import SyncPolicy\n"),
            file("Services/Connectors/HubSpot/B.swift", "internal import Jobber\n"),
            file("Services/router/C.swift", "@testable import ConnectorKit\n"),
            file("Services/sandbox/Kit/D.swift", "import struct CanonicalModel.Money\n"),
            file("Tests/Story/E.swift", "  @_spi(Internals) import SyncStore\n"),
        ]
        #expect(
            ImportRule.violations(in: files).map(\.description) == [
                "Shared/CanonicalModel/A.swift:2: CanonicalModel must not import SyncPolicy",
                "Services/Connectors/HubSpot/B.swift:1: HubSpot must not import Jobber",
                "Services/router/C.swift:1: Router must not import ConnectorKit",
                "Services/sandbox/Kit/D.swift:1: SandboxKit must not import CanonicalModel",
                "Tests/Story/E.swift:1: Story must not import SyncStore",
            ])
    }

    @Test("for a C library outside its module, or visible outside of it")
    func libraries() {
        let files = [
            file("Shared/SyncStore/A.swift", "internal import CLibPQ\n"),
            file("Shared/Postgres/B.swift", "// import CCurl\nimport CLibPQ\n"),
            file("Shared/Postgres/C.swift", "internal import CLibPQ\ninternal import Postgres\n"),
        ]
        #expect(ImportRule.violations(in: files).map(\.line) == [1, 2])
    }

    @Test("for a module that the table does not know")
    func unknownModule() {
        let files = [file("Shared/Toolbox/A.swift", ""), file("Services/console/B.swift", "")]
        #expect(ImportRule.violations(in: files).count == 2)
    }

    @Test("for a vendor's name in any spelling, also in a comment")
    func vendor() {
        let files = [
            file("Services/router/A.swift", "let a = hubspotID\n// as QuickBooks does\nlet jobbers = 1\n"),
            file("Services/router/B.swift", "let message = intuition\nlet job = 1\n"),
        ]
        #expect(VendorRule.violations(in: files).map(\.line) == [1, 2, 3])
    }

    @Test("for a floating point in code, not in a comment")
    func floatingPoint() {
        let text = "/// never a Double\nlet rate: Double = 0\nlet amount = 1 // no Float\nlet doubled = Doubled()\n"
        #expect(WordRule.floatingPoint(in: [file("Shared/CanonicalModel/A.swift", text)]).map(\.line) == [2])
    }

    @Test("for leftovers")
    func leftovers() {
        let text = "let a = try! f()\n// TODO later\nlet b = c as! D\nfatalError(\"x\")\nlet todos = 1\n"
        #expect(WordRule.leftovers(in: [file("Shared/A/A.swift", text)]).count == 4)
    }

    @Test("for a file that is too long, and for a reason that is no longer needed")
    func length() {
        let long = file("Shared/A/Long.swift", String(repeating: "\n", count: 401))
        let short = file("Shared/A/Short.swift", String(repeating: "\n", count: 400))
        #expect(FileRule.tooLong([long, short], except: [:]).map(\.path) == [long.path])
        #expect(FileRule.tooLong([long], except: [long.path: "a table"]).isEmpty)
        #expect(FileRule.idleReasons([long, short], reasons: [short.path: "x", "gone": "x"]) == [short.path, "gone"])
    }

    @Test("for a file that does not declare what it is named for")
    func names() {
        let files = [
            file("Shared/A/Thing.swift", "public struct Other {}\n// struct Thing\n"),
            file("Shared/A/Good.swift", "public final class Good: Service {\n"),
            file("Shared/A/Good+aspect.swift", "extension Good {\n"),
            file("Shared/A/compose.swift", "func compose() {}\n"),
            file("Shared/A/StringHelpers.swift", "enum StringHelpers {}\n"),
        ]
        #expect(FileRule.misnamed(files).map(\.path) == ["Shared/A/Thing.swift"])
        #expect(FileRule.vague(files).map(\.path) == ["Shared/A/StringHelpers.swift"])
    }

    @Test("for a migration that cannot be taken back")
    func migration() {
        let files = [
            file("M/0001_a.up.sql", "create table a ();"), file("M/0002_b.up.sql", "create table b ();"),
            file("M/0002_b.down.sql", "-- nothing\n\n"), file("M/0003_c.up.sql", "create table c ();"),
            file("M/0003_c.down.sql", "drop table c;"),
        ]
        #expect(MigrationRule.violations(in: files).map(\.path) == ["M/0001_a.up.sql", "M/0002_b.down.sql"])
    }

    @Test(
        "for a migration that programs of before may not bear, and does not say which ones it serves",
        arguments: [
            "drop table a;", "alter table a\n    drop column b;", "alter table a drop b;", "drop index a_b;",
            "alter table a rename column b to c;", "alter table a rename to c;",
            "alter table a alter column b type bigint;", "alter table a alter b set data type text;",
            "alter table a alter b set not null;", "alter table a add column b numeric(12, 2) not null;",
            "alter table a add b text not null, add c int default 1;", "alter table a alter b drop default;",
            "alter table a add constraint c check (b > 0);", "create unique index a_b on a (b);", "truncate a;",
            "do $$ begin execute 'x'; alter table a drop column b; end $$;",
        ])
    func unserved(statement: String) {
        let plain = [file("M/0017_a.up.sql", "-- why\n\(statement)\n")]
        #expect(MigrationRule.unserved(in: plain).map(\.path) == ["M/0017_a.up.sql"])
        let said = [file("M/0017_a.up.sql", "-- why\n-- serves programs since: 0012\n\(statement)\n")]
        #expect(MigrationRule.unserved(in: said).isEmpty)
        let alone = [file("M/0017_a.up.sql", "-- serves programs since: 0017\n\(statement)\n")]
        #expect(MigrationRule.unserved(in: alone).map(\.path) == ["M/0017_a.up.sql"])
    }

    @Test("but not for a migration that only adds, nor for those of before the rule")
    func served() {
        let adds = """
            -- It does not drop table a.
            create table b (id bigint not null, name text not null check (name <> 'drop table a'), primary key (id));
            create unique index b_name on b (name);
            create index a_c on a (c) where c is not null;
            alter table a add column c numeric(12, 2) not null default 0, add d text,
                add column e text not null default 'x', alter column f drop not null;
            """
        let files = [file("M/0017_a.up.sql", adds), file("M/0016_a.up.sql", "drop table a;")]
        #expect(MigrationRule.unserved(in: files).isEmpty)
    }

    @Test("for a verb that the README forgets")
    func readme() {
        let script = "verb=$1\ncase $verb in\n    up | down | bench) run ;;\n    help) usage ;;\nesac\n"
        #expect(ReadmeRule.verbs(of: script) == ["up", "down", "bench"])
        #expect(ReadmeRule.missing(readme: "`./deploy/local up`, `./deploy/local down`", script: script) == ["bench"])
    }
}
