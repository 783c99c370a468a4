import ArgumentParser
import Foundation
import SystemSupport

/// Exercises the system as it is deployed in containers.
struct Containers: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "containers",
        abstract: "Exercises the system in containers: scales, kills, upgrades and restores it while people work.",
        discussion: """
            Started by ./deploy/local containers, which makes images and secrets. The project of docker-compose is brought up \
            from older images, the main job is played, and people work in the imitated vendors while one step follows the \
            other; then the histories of the vendors are compared with what people intended.
            Its environment is that of docker-compose.yml: DOCKER_HOST, PLUMBLINE_IMAGES, POSTGRES_IMAGE, RABBITMQ_IMAGE, \
            PLUMBLINE_SECRETS.
            Exit codes: 0 all went as it should, 1 something did not, 64 wrong use.
            """)

    @Option(help: "The seed; by default a new one each time.")
    var seed: UInt64?

    @Option(
        parsing: .upToNextOption,
        help:
            "The steps, in their order: \(ExerciseStep.allCases.map(\.rawValue).joined(separator: ", ")); by default all."
    )
    var steps: [ExerciseStep] = ExerciseStep.allCases

    @Option(help: "The tag of the images to begin with; by default that to upgrade to.")
    var before: String?

    @Option(help: "The tag of the images to upgrade to; by default PLUMBLINE_VERSION, or latest.")
    var now: String?

    @Option(help: "The command of docker-compose, such as 'docker compose'.")
    var compose = "docker-compose"

    @Option(help: "The engine's command.")
    var docker = "docker"

    @Option(help: "The name of the project of docker-compose.")
    var project = "plumbline-exercise"

    @Option(parsing: .upToNextOption, help: "The files of docker-compose.")
    var files = ["docker-compose.yml", "Tests/Containers/exercise.yml"]

    @Option(help: "Actions of people a second.")
    var pace = 3.0

    @Option(help: "How many seconds the broker stands still.")
    var pause = 45

    @Option(help: "How many minutes old the backup has to be before it is restored.")
    var backupMinutes = 10.0

    @Option(help: "How many of our creates and updates it must not know.")
    var backupWrites = 1000

    @Option(help: "An operators' command that ends an upgrade, such as 'upgrade finish'; may be repeated.")
    var afterUpgrade: [String] = []

    @Option(help: "How many minutes it may take at most.")
    var limit = 50.0

    @Option(help: "Where the figures go as JSON.")
    var output = ".plumbline/containers.json"

    @Option(help: "Where the evidence goes.")
    var evidence = ".plumbline/faults/containers"

    mutating func validate() throws {
        if let fault = ExerciseStep.fault(in: steps) { throw ValidationError(fault) }
        guard pace > 0, pause > 0, limit > 0 else {
            throw ValidationError("--pace, --pause and --limit must be more than 0")
        }
        guard backupMinutes >= 0, backupWrites >= 0 else {
            throw ValidationError("--backup-minutes and --backup-writes must not be negative")
        }
    }

    func run() async throws {
        let seed = seed ?? UInt64.random(in: 0..<1_000_000)
        let environment = ProcessInfo.processInfo.environment
        let newVersion = now ?? environment["PLUMBLINE_VERSION"] ?? "latest"
        let oldVersion = before ?? newVersion
        let folder = URL(filePath: evidence, directoryHint: .isDirectory).appending(path: "\(seed)")
        try? FileManager.default.removeItem(at: folder)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let ports = ExercisePorts()
        let terminal = Terminal(environment: environment.merging(ports.environment) { $1 }, folder: folder)
        let engine = ContainerEngine(terminal: terminal, program: docker, project: project)
        let composeProject = ComposeProject(
            terminal: terminal, program: Self.words(compose), name: project, files: files, version: oldVersion)
        let exercise = ContainerExercise(
            settings: ExerciseSettings(
                seed: seed, steps: steps, oldVersion: oldVersion, newVersion: newVersion, pace: pace,
                pauseSeconds: pause, backupMinutes: backupMinutes, backupWrites: backupWrites,
                afterUpgrade: afterUpgrade.map(Self.words)),
            project: composeProject, engine: engine, ports: ports,
            secrets: URL(
                filePath: environment["PLUMBLINE_SECRETS"] ?? "deploy/containers/secrets", directoryHint: .isDirectory),
            folder: folder)
        progress("seed \(seed): images \(oldVersion), then \(newVersion)")
        let report = try await Interruption.cancelling(after: .seconds(limit * 60)) {
            var report = ExerciseReport(seed: seed, oldVersion: oldVersion, newVersion: newVersion)
            do {
                try await exercise.run(&report)
            } catch is CancellationError {
                progress("the exercise was ended before its end")
            } catch {
                progress("the exercise cannot go on: \(error)")
            }
            return report
        }
        try report.write(to: output)
        try report.write(to: folder.appending(path: "report.json").path())
        progress(report.text)
        guard report.isGood else { throw ExitCode.failure }
    }

    private static func words(_ text: String) -> [String] { text.split(separator: " ").map(String.init) }
}
