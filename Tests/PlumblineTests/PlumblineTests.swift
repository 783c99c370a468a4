import ArgumentParser
import CanonicalModel
import Operations
import ServiceKit
import Testing

@testable import Plumbline

@Suite("The command line")
struct PlumblineTests {
    @Test("Every command says what it does and what each of its words means")
    func help() {
        var commands: [any ParsableCommand.Type] = [Plumbline.self]
        while let command = commands.popLast() {
            commands += command.configuration.subcommands
            #expect(!command.configuration.abstract.isEmpty, "\(command)")
            let text = command.helpMessage(columns: 120)
            #expect(text.contains("USAGE:"), "\(command)")
        }
    }

    @Test(
        "The commands of the README are understood",
        arguments: [
            "status --json", "status --check", "connections pause crm-main --reason why --as ada",
            "connections resume crm-main --reason why", "connections authorize crm-main --wait --timeout 60 --as ada",
            "connections authorize crm-main --json", "alerts list", "alerts list --all --json --check",
            "proposals list --kind scope_hold --all", "proposals show X --json",
            "dead-letters list --class validation --connection crm-main --entity job --text roof --since 2h --all",
            "dead-letters list --open --limit 5 --json", "dead-letters show X --unredacted --as ada",
            "dead-letters list --state archived --csv", "dead-letters group --since 3d --csv",
            "dead-letters count --json",
            "dead-letters export --group 0a1b2c3d4e5f --all --output /x/y.csv",
            "dead-letters export --json --unredacted",
            "dead-letters preview X --limit 5 --csv",
            "dead-letters replay --group 0a1b2c3d4e5f --reason why --stop-after 3",
            "dead-letters replay --all --reason why --follow --as ada", "dead-letters replays list --all --json",
            "dead-letters replays show X", "dead-letters replays follow X --json",
            "dead-letters replays pause X --reason why",
            "dead-letters replays resume X", "dead-letters replays abort X --as ada",
            "dead-letters edit X --set customer.phone=\"5\" --clear site.name --remove job.x --reason why --dry-run",
            "dead-letters archive X Y --reason why --money --as ada", "dead-letters restore --all --reason why --json",
            "sync force X crm-main:company:7 --push --reason why --as ada --json",
            "snapshot request crm-main customer job --as ada", "snapshot list --json",
            "audit verify --public-key ab --public-key cd --anchors /x --json", "audit verify --no-anchors",
            "audit key", "keys list --csv", "keys list --json", "keys reseal --reason why --as ada --json",
            "keys discard 0a1b2c3d --reason why --as ada", "upgrade show --check --json",
            "upgrade finish --reason why --force --as ada --json",
        ])
    func understood(line: String) throws {
        _ = try Plumbline.parseAsRoot(line.split(separator: " ").map(String.init))
    }

    @Test(
        "What must be told and is not is a wrong use",
        arguments: [
            "sync force X", "sync force --reason why", "snapshot request crm-main", "dead-letters show",
            "dead-letters list --open --all", "dead-letters list --json --csv", "dead-letters archive X",
            "dead-letters restore", "dead-letters replay X", "dead-letters edit X --set a.b=1",
            "dead-letters replays pause", "connections pause crm-main", "connections resume --reason why",
            "connections authorize", "connections authorize CRM", "connections authorize crm-main --timeout 0",
            "proposals show", "keys list --json --csv", "keys reseal", "keys discard 0a1b2c3d",
            "keys discard --reason why", "upgrade finish", "audit",
        ])
    func wrongUse(line: String) {
        let error = #expect(throws: (any Error).self) {
            let command = try Plumbline.parseAsRoot(line.split(separator: " ").map(String.init))
            // A command that only has others under it shows its help.
            if command.self is AuditCommand { throw ValidationError("help") }
        }
        if let error, line != "audit" { #expect(Plumbline.exitCode(for: error) == .validationFailure) }
    }

    @Test("Public keys that have signed the audit log are read from a list, which must hold nothing else")
    func publicKeys() async throws {
        let digits = String(repeating: "0a", count: 32)
        for (text, count) in [("", 0), (digits, 1), ("\(digits), \(digits.uppercased())", 2)] {
            let reader = try await ConfigurationSource.reader(environment: ["PLUMBLINE_AUDIT_PUBLIC_KEYS": text])
            let keys = try CheckedConfiguration.read(reader) { AuditKey.publicKeys($0) }
            #expect(keys == Array(repeating: [UInt8](repeating: 10, count: 32), count: count))
        }
        for text in ["0a", digits + "0a", digits + ";" + digits] {
            let reader = try await ConfigurationSource.reader(environment: ["PLUMBLINE_AUDIT_PUBLIC_KEYS": text])
            #expect(throws: ConfigurationError.self) {
                try CheckedConfiguration.read(reader) { AuditKey.publicKeys($0) }
            }
        }
    }

    @Test("It has the version of the services")
    func version() {
        #expect(Plumbline.configuration.version == ProductVersion.current)
    }

    @Test("Moments are RFC 3339, dates, or spans back from now")
    func moments() throws {
        #expect(try Arguments.moment(nil) == nil)
        #expect(try Arguments.moment("2026-11-21T08:00:00Z") == Instant("2026-11-21T08:00:00Z"))
        #expect(try Arguments.moment("2026-11-21") == Instant("2026-11-21T00:00:00Z"))
        let hours = try #require(try Arguments.moment("2h"))
        #expect(abs(Arguments.now().seconds(since: hours) - 7200) < 60)
        for text in ["", "h", "-2h", "2w", "yesterday", "9999999d"] {
            #expect(throws: ValidationError.self) { try Arguments.moment(text) }
        }
    }

    @Test("Letters are changed by id, by filter, or all of them by that word; never all by leaving a word out")
    func letters() throws {
        let filter = try LetterFilterOptions.parse(["--group", "0a1b2c3d4e5f"])
        let none = try LetterFilterOptions.parse([])
        #expect(try filter.query([], all: false).group == "0a1b2c3d4e5f")
        #expect(try none.query([], all: true).isUnrestricted)
        #expect(try none.query(["019b0a3e-5b0c-7c3e-8a51-3f0e9a7bd001"], all: false).ids.count == 1)
        #expect(throws: ValidationError.self) { try none.query([], all: false) }
        #expect(throws: ValidationError.self) { try filter.query([], all: true) }
        #expect(throws: ValidationError.self) { try none.query(["7"], all: false) }
    }

    @Test("Ids, connections, words and limits that cannot be are refused")
    func values() throws {
        #expect(throws: ValidationError.self) { try Arguments.id("7", of: "record") }
        #expect(throws: ValidationError.self) { try Arguments.connection("CRM") }
        #expect(try Arguments.connection("crm-main")?.name == "crm-main")
        #expect(try Arguments.word("job", EntityKind.self) == .job)
        #expect(throws: ValidationError.self) { try Arguments.word("cow", EntityKind.self) }
        #expect(throws: ValidationError.self) { try Arguments.limit(0) }
        #expect(AuditKey.bytes("zz") == nil)
        let key = [UInt8](0..<32)
        #expect(AuditKey.bytes(AuditKey.text(key)) == key)
    }
}
