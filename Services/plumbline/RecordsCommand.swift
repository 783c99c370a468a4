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
            abstract: """
                Shows a record: its fields, where each value came from, its objects in each system, and the effects that it \
                caused or came of.
                """)

        @Argument(help: "The record's id.")
        var record: String

        @OptionGroup var output: OutputOptions

        func run() async throws {
            let id = try Arguments.id(record, of: "record")
            let shown = try await Database.with { try await RecordHistory($0).show(id) }
            guard let shown else { throw ValidationError("there is no record \(record)") }
            output.show(RecordsCommand.json(shown), text: Self.text(shown))
        }

        private static func text(_ shown: RecordHistory.Shown) -> String {
            let title = "\(shown.entity.rawValue) \(shown.id), version \(shown.version)"
            let places = shown.places.map { "  \($0.connection): \($0.native) (\($0.state))" }
            let fields = shown.fields.map { "  \($0.name) = \($0.value)   [\($0.source), \($0.changedAt)]" }
            let effects = shown.effects.map { "  " + $0.text(seenFrom: shown.id) }
            return ([title] + places + effects + fields).joined(separator: "\n")
        }
    }

    struct Why: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Tells why a record's fields have their values, from the recorded decisions.")

        @Argument(help: "The record's id.")
        var record: String

        @Argument(help: "The field; all fields where none is given.")
        var field: String?

        @OptionGroup var output: OutputOptions

        func run() async throws {
            let id = try Arguments.id(record, of: "record")
            let reasons = try await Database.with { try await RecordHistory($0).why(id, field: field) }
            output.show(.array(reasons.map(RecordsCommand.json)), text: Self.text(reasons))
        }

        private static func text(_ reasons: [RecordHistory.Reason]) -> String {
            guard !reasons.isEmpty else { return "no decision is recorded" }
            return reasons.map { reason in
                """
                \(reason.at)  \(reason.field)  \(source(reason))
                    \(reason.explanation)
                """
            }.joined(separator: "\n")
        }
    }

    private static func source(_ reason: RecordHistory.Reason) -> String {
        guard let version = reason.policyVersion else { return "for \(reason.connection), by hand" }
        return "from \(reason.connection), policy \(version)"
    }

    private static func json(_ shown: RecordHistory.Shown) -> JSONValue {
        [
            "id": .string(shown.id.description), "entity": .string(shown.entity.rawValue),
            "version": .int(shown.version),
            "places": .array(
                shown.places.map {
                    ["connection": .string($0.connection), "native": .string($0.native), "state": .string($0.state)]
                }),
            "effects": .array(shown.effects.map(\.json)),
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
            "explanation": .string(reason.explanation),
            "policy": reason.policyVersion.map { .int($0) } ?? .null,
            "connection": .string(reason.connection), "correlation": .string(reason.correlation),
        ]
    }
}
