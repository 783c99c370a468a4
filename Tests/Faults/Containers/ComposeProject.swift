/// A project of docker-compose, at one version of the images.
struct ComposeProject: Sendable {
    let terminal: Terminal
    /// The words that begin each command.
    let program: [String]
    /// The name before all containers, networks and volumes.
    let name: String
    /// The files that describe it; paths in them start at the first one's folder.
    let files: [String]
    /// The tag of our images.
    let version: String

    /// The words of a command.
    func command(_ arguments: [String]) -> [String] {
        program + ["--ansi", "never", "--project-name", name] + files.flatMap { ["--file", $0] }
            + ["--profile", "demo"] + arguments
    }

    /// Runs a command that has to succeed.
    @discardableResult
    func run(_ arguments: [String], within limit: Duration = .seconds(120)) async throws -> String {
        try await terminal.run(command(arguments), adding: ["PLUMBLINE_VERSION": version], within: limit)
    }

    /// Runs an operators' command in a container of its own, which is gone afterwards.
    func plumbline(_ arguments: [String], within limit: Duration = .seconds(120)) async throws -> Terminal.Answer {
        try await terminal.attempt(
            command(["run", "--rm", "-T", "plumbline"] + arguments), adding: ["PLUMBLINE_VERSION": version],
            within: limit)
    }

    /// Brings a service to a number of replicas; those that are there stay as they are.
    func scale(_ replicas: [String: Int], within limit: Duration = .seconds(120)) async throws {
        let ordered = replicas.sorted { $0.key < $1.key }
        try await run(
            ["up", "--detach", "--no-deps", "--no-recreate"]
                + ordered.flatMap { ["--scale", "\($0.key)=\($0.value)"] } + ordered.map(\.key), within: limit)
    }

    /// The same project with images of another version.
    func at(_ version: String) -> ComposeProject {
        ComposeProject(terminal: terminal, program: program, name: name, files: files, version: version)
    }
}
