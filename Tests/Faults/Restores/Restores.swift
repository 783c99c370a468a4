import ArgumentParser
import Foundation

/// Restores a backup while people work.
struct Restores: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "restore",
        abstract: "Restores a backup of the database while people work, and has it recover.",
        discussion: """
            People work, and the database's folder is copied meanwhile. After two thirds of the time all processes are \
            killed, the copy is put in its place, and `plumbline recover begin` lets everything be read again while people \
            go on. Then the histories of the vendors are compared with what people intended.
            Exit codes: 0 nothing was lost, duplicated or unexpected, 1 something was, 64 wrong use.
            """)

    @Option(help: "The seed; by default a new one each time.")
    var seed: UInt64?

    @Option(help: "How many minutes people work.")
    var minutes = 3.0

    @Option(help: "Where the figures go as JSON.")
    var output = ".plumbline/restore.json"

    @Option(help: "Where the evidence goes.")
    var evidence = ".plumbline/faults/restores"

    mutating func validate() throws {
        guard minutes > 0 else { throw ValidationError("--minutes must be more than 0, not \(minutes)") }
    }

    func run() async throws {
        let seed = seed ?? UInt64.random(in: 0..<1_000_000)
        let folder = URL(filePath: evidence, directoryHint: .isDirectory).appending(path: "\(seed)")
        let report = try await RestoreRun(seed: seed, minutes: minutes, folder: folder).run()
        progress(report.text)
        try report.write(to: output)
        guard report.isGood else {
            progress("it failed; the same again: ./deploy/local faults restore --seed \(seed) --minutes \(minutes)")
            throw ExitCode.failure
        }
    }
}
