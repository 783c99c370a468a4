import Foundation

/// What the harness finds on this machine.
enum Surroundings {
    /// The folder with the programs of this build: the one in which the running program lies.
    static var programs: URL {
        URL(filePath: "/proc/self/exe").resolvingSymlinksInPath().deletingLastPathComponent()
    }

    /// The policy that is shipped.
    static var policy: URL {
        var folder = URL(filePath: #filePath)
        for _ in 0..<4 { folder.deleteLastPathComponent() }
        return folder.appending(path: "deploy/policy/source-of-truth.yaml")
    }

    /// The environment of children: ours, without what configures services and tests.
    static var environment: [String: String] {
        ProcessInfo.processInfo.environment.filter { name, _ in
            !["PLUMBLINE_", "SWT_", "NOTIFY_", "RABBITMQ_", "PG"].contains { name.hasPrefix($0) }
        }
    }

    /// Makes a new folder that all users may pass through, since a database server does not run as root.
    static func makeFolder() throws -> URL {
        let name = "plumbline-" + String(UInt64.random(in: .min ... .max), radix: 36)
        let folder = FileManager.default.temporaryDirectory.appending(path: name, directoryHint: .isDirectory)
        try FileManager.default.createDirectory(
            at: folder, withIntermediateDirectories: false, attributes: [.posixPermissions: 0o755])
        return folder
    }

    /// Runs a program to its end.
    ///
    /// - Throws: `ChildFailure` with its output when it fails.
    static func run(
        _ name: String, _ command: [String], adding variables: [String: String] = [:], log: URL
    ) async throws {
        let child = try await ChildProcess(
            name, command, environment: environment.merging(variables) { $1 }, log: log)
        await withTaskCancellationHandler {
            await child.ended()
        } onCancel: {
            child.send(SIGKILL)
        }
        guard child.exitCode == 0 else {
            throw ChildFailure(name, "ended with \(child.exitCode.map(String.init) ?? "no code")", log)
        }
    }
}
