import Foundation

/// A Python virtual environment with what a requirements file names; made once and kept between runs.
struct PythonEnvironment: Sendable {
    struct Failure: Error, CustomStringConvertible {
        let description: String
    }

    /// The environment's interpreter.
    let python: URL

    static let isAvailable = FileManager.default.isExecutableFile(atPath: interpreter.path)

    /// The folder of this package.
    static let package = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    /// The folder with what is given to other programs.
    static let clients = package.appending(path: "Tests/SandboxTests/Clients")

    private static let interpreter = URL(fileURLWithPath: "/usr/bin/python3")

    /// Makes the environment of `Clients/<name>/requirements.txt`, or finds it made.
    init(_ name: String) async throws {
        let requirements = Self.clients.appending(path: "\(name)/requirements.txt")
        let wanted = try String(contentsOf: requirements, encoding: .utf8)
        let folder = Self.package.appending(path: ".build/python/\(name)")
        python = folder.appending(path: "bin/python")
        let marker = folder.appending(path: "installed.txt")
        if let installed = try? String(contentsOf: marker, encoding: .utf8), installed == wanted { return }
        // The marker comes last: what was interrupted is made afresh.
        try? FileManager.default.removeItem(at: folder)
        try FileManager.default.createDirectory(
            at: folder.deletingLastPathComponent(), withIntermediateDirectories: true)
        try await Self.run(Self.interpreter, ["-m", "venv", folder.path])
        try await Self.run(
            python, ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "-r", requirements.path])
        try wanted.write(to: marker, atomically: true, encoding: .utf8)
    }

    /// The environment of the vendors' own clients, which `Clients/venv` makes under a lock and keeps.
    init() async throws {
        let made = try await Self.run(URL(fileURLWithPath: "/bin/sh"), [Self.clients.appending(path: "venv").path])
        let path = made.split(whereSeparator: \.isNewline).last.map(String.init) ?? ""
        python = URL(fileURLWithPath: path)
    }

    /// Runs a script of `Clients` and answers what it printed.
    @discardableResult
    func run(_ script: String, _ arguments: [String] = [], environment: [String: String] = [:]) async throws -> String {
        try await Self.run(
            python, [Self.clients.appending(path: script).path] + arguments, environment: environment)
    }

    /// Runs a program to its end; a failure carries what it said.
    @discardableResult
    private static func run(
        _ program: URL, _ arguments: [String], environment: [String: String] = [:]
    ) async throws -> String {
        let output = FileManager.default.temporaryDirectory.appending(path: "run-\(UUID().uuidString).txt")
        _ = FileManager.default.createFile(atPath: output.path, contents: nil)
        defer { try? FileManager.default.removeItem(at: output) }
        let process = Process()
        process.executableURL = program
        process.arguments = arguments
        process.environment = ProcessInfo.processInfo.environment.merging(environment) { _, new in new }
        let handle = try FileHandle(forWritingTo: output)
        process.standardOutput = handle
        process.standardError = handle
        let status = try await withCheckedThrowingContinuation { (done: CheckedContinuation<Int32, any Error>) in
            process.terminationHandler = { done.resume(returning: $0.terminationStatus) }
            do { try process.run() } catch { done.resume(throwing: error) }
        }
        let text = (try? String(contentsOf: output, encoding: .utf8)) ?? ""
        guard status == 0 else {
            throw Failure(
                description:
                    "\(program.lastPathComponent) \(arguments.joined(separator: " ")): status \(status)\n\(text)")
        }
        return text
    }
}
