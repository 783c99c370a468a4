import Foundation
import Glibc
import SandboxSupport

/// The main job, played on a system from outside by the program `story`.
public struct PlayedStory: Sendable {
    private let child: ChildProcess

    /// Begins a story.
    ///
    /// - Parameters:
    ///   - plot: `roofing` or `hvac`; nil for both.
    ///   - patience: how long each of its steps may take.
    public init(_ plot: String? = nil, patience: Duration = .seconds(90), on system: RunningSystem) async throws {
        var command = [
            Surroundings.programs.appending(path: "story").path(), "--json", "--patience",
            "\(patience.components.seconds)",
        ]
        if let plot { command += ["--only", plot] }
        let urls = Dictionary(
            uniqueKeysWithValues: system.vendors.map { name, client in
                ("PLUMBLINE_SANDBOX_\(name.uppercased())_URL", client.baseURL)
            })
        child = try await ChildProcess(
            "story", command, environment: Surroundings.environment.merging(urls) { $1 },
            log: system.folder.appending(path: "story-\(UInt32.random(in: .min ... .max)).log"))
    }

    /// Whether it has come to its end, good or bad.
    public var hasEnded: Bool { !child.isRunning }

    /// What it has told, one JSON object per line.
    public var told: String { ChildFailure.tail(of: child.log, lines: .max) }

    /// Waits until it has come to its good end.
    ///
    /// - Throws: `ChildFailure` with the last of what it told when it ends otherwise.
    public func endsWell() async throws {
        await withTaskCancellationHandler {
            await child.ended()
        } onCancel: {
            child.send(SIGKILL)
        }
        guard child.exitCode == 0 else { throw ChildFailure("story", "has not ended well", child.log) }
    }

    /// Ends it, if it has not come to its end.
    public func abandon() async {
        if child.isRunning { await child.crash() }
    }
}
