import ArgumentParser
import CanonicalModel
import Operations

/// Shows records and why their fields have the values they have.
struct RecordsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "records", abstract: "Shows records and why their fields have the values they have.",
        subcommands: [Show.self, Why.self])

    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Shows a record: its fields, where each value came from, and its objects in each system.")

        @Argument(help: "The record's id.")
        var record: String

        @Flag(help: "As JSON.")
        var json = false

        func run() async throws {
            let id = try RecordsCommand.id(record)
            let shown = try await Database.with { try await RecordHistory($0).show(id) }
            guard let shown else { throw ValidationError("there is no record \(record)") }
            if json {
                print(RecordsCommand.json(shown).jsonText)
                return
            }
            print("\(shown.entity.rawValue) \(shown.id), version \(shown.version)")
            for place in shown.places { print("  \(place.connection): \(place.native) (\(place.state))") }
            for field in shown.fields {
                print("  \(field.name) = \(field.value)   [\(field.source), \(field.changedAt)]")
            }
        }
    }

    struct Why: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Tells why a record's fields have their values, from the recorded decisions.")

        @Argument(help: "The record's id.")
        var record: String

        @Argument(help: "The field; all fields where none is given.")
        var field: String?

        @Flag(help: "As JSON.")
        var json = false

        func run() async throws {
            let id = try RecordsCommand.id(record)
            let reasons = try await Database.with { try await RecordHistory($0).why(id, field: field) }
            if json {
                print(JSONValue.array(reasons.map(RecordsCommand.json)).jsonText)
                return
            }
            if reasons.isEmpty { print("no decision is recorded") }
            for reason in reasons {
                print("\(reason.at)  \(reason.field)  from \(reason.connection), policy \(reason.policyVersion)")
                print("    \(reason.explanation)")
            }
        }
    }

    private static func id(_ text: String) throws -> CanonicalID {
        guard let id = CanonicalID(text) else {
            throw ValidationError("'\(text)' is no record id; an id has 36 characters, such as in external-id fields")
        }
        return id
    }

    private static func json(_ shown: RecordHistory.Shown) -> JSONValue {
        [
            "id": .string(shown.id.description), "entity": .string(shown.entity.rawValue),
            "version": .int(shown.version),
            "places": .array(
                shown.places.map {
                    ["connection": .string($0.connection), "native": .string($0.native), "state": .string($0.state)]
                }),
            "fields": .array(
                shown.fields.map {
                    [
                        "name": .string($0.name), "value": .string($0.value), "source": .string($0.source),
                        "changed_at": .string($0.changedAt.description),
                    ]
                }),
        ]
    }

    private static func json(_ reason: RecordHistory.Reason) -> JSONValue {
        [
            "at": .string(reason.at.description), "field": .string(reason.field),
            "explanation": .string(reason.explanation), "policy": .int(reason.policyVersion),
            "connection": .string(reason.connection), "correlation": .string(reason.correlation),
        ]
    }
}
