import ArgumentParser
import CanonicalModel
import Foundation
import Operations

extension DeadLettersCommand {
    struct Preview: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Shows what a replay would change in each system, field by field; nothing is sent.",
            discussion: """
                Verdicts: creates, sends (fields: shown → wanted), already applied, superseded (a newer state counts, and is
                what a replay sends), routes (the policy judges the event again), reads (the object is read again), under way,
                impossible (with the reason).
                """)

        @Argument(help: "The ids of letters.")
        var letters: [String] = []

        @OptionGroup var filter: LetterFilterOptions

        @Option(help: "The most letters that are looked at.")
        var limit = 1000

        @OptionGroup var look: UnredactedOptions
        @OptionGroup var output: ListingOptions

        func run() async throws {
            let query = try filter.query(letters)
            let limit = try Arguments.limit(limit)
            let preview = try await Database.with { pool in
                try await DeadLetterOperations(pool, now: Arguments.now)
                    .preview(query, limit: limit, unredacted: look.name)
            }
            output.show(preview.json, csv: preview.csv, text: preview.text)
        }
    }

    struct Replay: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Replays open letters: one, some, a group, or all that a filter names.",
            discussion: """
                The reconciler opens them 1, 2, 5, 20 … at a time, behind all live work, and stops after too many failures.
                What is sent is what is still missing of the newest state, never an old value; look at `preview` first. On a
                terminal the progress is shown until the replay is over; Ctrl-C ends the showing, not the replay. See
                `replays` to pause, resume and abort.
                """)

        @Argument(help: "The ids of letters.")
        var letters: [String] = []

        @OptionGroup var filter: LetterFilterOptions

        @Flag(help: "Every open letter.")
        var all = false

        @Option(help: "Why; for the audit log.")
        var reason: String

        @Option(help: "Stop after so many failures.")
        var stopAfter = 10

        @Flag(inversion: .prefixedNo, help: "Show the progress until it is over; the default on a terminal.")
        var follow: Bool?

        @Option(name: .customLong("as"), help: "Who acts; the operating-system user by default.")
        var actor: String?

        @OptionGroup var output: OutputOptions

        func validate() throws {
            guard (1...1_000_000).contains(stopAfter) else {
                throw ValidationError("--stop-after goes from 1 to 1000000")
            }
        }

        func run() async throws {
            let query = try filter.query(letters, all: all)
            let follows = follow ?? (!output.json && isatty(STDOUT_FILENO) != 0)
            try await Database.with { pool in
                let operations = ReplayOperations(pool, now: Arguments.now)
                let replay = try await operations.start(
                    query, by: Database.actor(actor), reason: reason, failureLimit: stopAfter)
                guard let replay else { throw OperationFailure("no open dead letter matches") }
                if follows {
                    if !output.json { print(replay.text) }
                    try await ReplayProgress(operations, json: output.json).show(until: replay.id)
                } else {
                    output.show(replay.json, text: replay.text)
                }
            }
        }
    }

    /// Replays that were begun.
    struct ReplaysCommand: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "replays", abstract: "Shows replays, and pauses, resumes or aborts them.",
            subcommands: [List.self, Show.self, Follow.self, Pause.self, Resume.self, Abort.self])

        struct List: AsyncParsableCommand {
            static let configuration = CommandConfiguration(
                abstract: "Lists replays, newest first; those that are not over unless asked otherwise.")

            @Flag(help: "Also those that are over.")
            var all = false

            @Option(help: "The most that are shown.")
            var limit = 50

            @OptionGroup var output: ListingOptions

            func run() async throws {
                let limit = try Arguments.limit(limit)
                let replays = try await Database.with { pool in
                    try await ReplayOperations(pool, now: Arguments.now).list(all: all, limit: limit)
                }
                output.show(
                    .array(replays.map(\.json)), csv: ReplayReport.csv(replays), text: ReplayReport.table(replays))
            }
        }

        struct Show: AsyncParsableCommand {
            static let configuration = CommandConfiguration(
                abstract: "Shows a replay with the letters that did not end well.")

            @Argument(help: "The replay's id.")
            var replay: String

            @Option(help: "The most letters that are shown.")
            var limit = 20

            @OptionGroup var output: OutputOptions

            func run() async throws {
                let id = try Arguments.id(replay, of: "replay")
                let limit = try Arguments.limit(limit)
                let shown = try await Database.with { pool in
                    try await ReplayOperations(pool, now: Arguments.now).show(id, failures: limit)
                }
                guard let shown else { throw OperationFailure("there is no replay \(id)") }
                output.show(shown.json, text: shown.text)
            }
        }

        struct Follow: AsyncParsableCommand {
            static let configuration = CommandConfiguration(
                abstract: "Shows the progress of a replay until it is over, paused or stopped.",
                discussion: "The exit code is 0 where all letters ended and none has failed, else 1.")

            @Argument(help: "The replay's id.")
            var replay: String

            @OptionGroup var output: OutputOptions

            func run() async throws {
                let id = try Arguments.id(replay, of: "replay")
                try await Database.with { pool in
                    try await ReplayProgress(ReplayOperations(pool, now: Arguments.now), json: output.json)
                        .show(until: id)
                }
            }
        }

        struct Pause: AsyncParsableCommand {
            static let configuration = CommandConfiguration(
                abstract: "Halts a replay: no more letters are opened; what is under way ends by itself.")
            @OptionGroup var change: ReplayChangeOptions
            func run() async throws { try await change.run(.pause) }
        }

        struct Resume: AsyncParsableCommand {
            static let configuration = CommandConfiguration(
                abstract: "Lets a replay go on that was paused or has stopped; failures count anew.")
            @OptionGroup var change: ReplayChangeOptions
            func run() async throws { try await change.run(.resume) }
        }

        struct Abort: AsyncParsableCommand {
            static let configuration = CommandConfiguration(
                abstract: "Ends a replay: letters whose turn has not come are open again.")
            @OptionGroup var change: ReplayChangeOptions
            func run() async throws { try await change.run(.abort) }
        }
    }
}

/// Which replay is to be changed, by whom and why.
struct ReplayChangeOptions: ParsableArguments {
    @Argument(help: "The replay's id.")
    var replay: String

    @Option(help: "Why; for the audit log.")
    var reason: String?

    @Option(name: .customLong("as"), help: "Who acts; the operating-system user by default.")
    var actor: String?

    @OptionGroup var output: OutputOptions

    func run(_ verb: ReplayOperations.Verb) async throws {
        let id = try Arguments.id(replay, of: "replay")
        let changed = try await Database.with { pool in
            try await ReplayOperations(pool, now: Arguments.now)
                .change(id, verb, by: Database.actor(actor), reason: reason)
        }
        output.show(changed.json, text: changed.text)
    }
}
