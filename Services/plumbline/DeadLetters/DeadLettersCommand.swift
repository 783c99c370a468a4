import ArgumentParser

/// Works on what could not be done.
struct DeadLettersCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "dead-letters",
        abstract: "Shows what could not be done and waits for a person, and sets it right.",
        discussion: """
            Start with `group`: a thousand letters of one cause are one line. Mend the cause, look at `preview`, then `replay`.
            Every verb takes the same filters, and the same words for one letter: its id.
            """,
        subcommands: [
            List.self, Show.self, Group.self, Count.self, Export.self, Preview.self, Replay.self, ReplaysCommand.self,
            Edit.self, Archive.self, Restore.self,
        ])
}
