import Foundation
import Glibc

/// The engine, as far as the containers of one project are concerned.
struct ContainerEngine: Sendable {
    let terminal: Terminal
    /// The engine's command.
    let program: String
    /// The project's name.
    let project: String

    private var label: [String] { ["--filter", "label=com.docker.compose.project=\(project)"] }

    /// All containers of the project, running or not, without those of single commands.
    func containers() async throws -> [Container] {
        let ids = try await docker(["ps", "--all", "--quiet", "--no-trunc"] + label).split(separator: "\n")
        guard !ids.isEmpty else { return [] }
        return try Container.all(inspected: try await docker(["inspect"] + ids.map(String.init)))
    }

    /// The replicas of a service, by name.
    func replicas(of service: String) async throws -> [Container] {
        try await containers().filter { $0.service == service }
    }

    /// How somebody was killed.
    enum Death: String, Sendable {
        /// As the kernel or a fault of its own kills: the engine knows of nothing, and starts it again.
        case signal
        /// Through the engine, which leaves alone what it was told to kill: somebody has to start it again.
        case engine
    }

    /// Kills the main process of a container.
    ///
    /// By a signal from outside where the engine runs on this machine: a container that is killed through the engine is not
    /// started again by its policy.
    func kill(_ container: Container) async throws -> Death {
        let group = (try? String(contentsOfFile: "/proc/\(container.pid)/cgroup", encoding: .utf8)) ?? ""
        if container.pid > 1, group.contains(container.id), Glibc.kill(container.pid, SIGKILL) == 0 { return .signal }
        try await docker(["kill", "--signal", "KILL", container.id])
        return .engine
    }

    func start(_ container: Container) async throws { try await docker(["start", container.id]) }

    /// Asks a container to end, and kills it when it has not within so many seconds.
    func stop(_ container: Container, grace seconds: Int) async throws {
        try await docker(["stop", "--time", "\(seconds)", container.id], within: .seconds(seconds + 30))
    }

    func remove(_ container: Container) async throws { try await docker(["rm", container.id]) }

    func pause(_ container: Container) async throws { try await docker(["pause", container.id]) }

    func resume(_ container: Container) async throws { try await docker(["unpause", container.id]) }

    func take(_ container: Container, outOf network: String) async throws {
        try await docker(["network", "disconnect", "\(project)_\(network)", container.id])
    }

    /// Brings a container back into a network, under the name of its service.
    func put(_ container: Container, into network: String) async throws {
        try await docker(
            ["network", "connect", "--alias", container.service, "\(project)_\(network)", container.id])
    }

    /// Copies a file out of a container, or into it: one of the two is `CONTAINER:PATH`.
    func copy(_ source: String, to target: String) async throws { try await docker(["cp", source, target]) }

    /// Writes what a container has said since it was made into a file.
    func log(of container: Container, into file: URL) async throws {
        let script = #"exec "$1" logs "$2" >"$3" 2>&1"#
        try await terminal.run(["sh", "-c", script, "sh", program, container.id, file.path()], within: .seconds(120))
    }

    /// Removes whatever bears the project's label, whoever has left it.
    func clear() async throws {
        for (list, remove) in [
            (["ps", "--all", "--quiet"], ["rm", "--force", "--volumes"]),
            (["network", "ls", "--quiet"], ["network", "rm"]), (["volume", "ls", "--quiet"], ["volume", "rm"]),
        ] {
            let found = try await docker(list + label).split(separator: "\n").map(String.init)
            if !found.isEmpty { try await docker(remove + found, within: .seconds(120)) }
        }
    }

    @discardableResult
    private func docker(_ arguments: [String], within limit: Duration = .seconds(60)) async throws -> String {
        try await terminal.run([program] + arguments, within: limit)
    }
}
