import Foundation
import Postgres
import SandboxSupport
import Synchronization
import SystemSupport

/// The system of an exercise, in containers.
final class ContainerBed: JudgedSystem {
    let engine: ContainerEngine
    let hubspot: SandboxClient
    let jobber: SandboxClient
    let quickbooks: SandboxClient
    let pool: PostgresPool
    /// Where what the processes have written is kept.
    let folder: URL
    private let secretsFolder: URL
    private let state: Mutex<ComposeProject>

    /// The five services of ours, the database and the broker.
    static let services = SystemService.allCases.map(\.rawValue)
    static let adapters = ["crm-adapter", "fsm-adapter", "ledger-adapter"]
    static let servers = ["postgres", "rabbitmq"]

    init(_ project: ComposeProject, _ engine: ContainerEngine, ports: ExercisePorts, secrets: URL, folder: URL) throws {
        self.engine = engine
        (hubspot, jobber, quickbooks) = (
            SandboxClient(baseURL: "http://127.0.0.1:\(ports.hubspot)"),
            SandboxClient(baseURL: "http://127.0.0.1:\(ports.jobber)"),
            SandboxClient(baseURL: "http://127.0.0.1:\(ports.quickbooks)")
        )
        let url = try String(contentsOf: secrets.appending(path: "database-url"), encoding: .utf8)
        var address = URLComponents(string: url.trimmingCharacters(in: .whitespacesAndNewlines))
        address?.host = "127.0.0.1"
        address?.port = ports.postgres
        pool = PostgresPool(try PostgresConfiguration(url: address?.string ?? url))
        secretsFolder = secrets
        self.folder = folder
        state = Mutex(project)
    }

    /// The project at the version that runs.
    var project: ComposeProject { state.withLock(\.self) }

    /// From now on commands are of another version.
    func move(to version: String) { state.withLock { $0 = $0.at(version) } }

    /// Runs an operators' command that has to succeed.
    @discardableResult
    func plumbline(_ arguments: [String]) async throws -> String {
        let answer = try await project.plumbline(arguments)
        guard answer.code == 0 else {
            throw CommandFailure(
                ["plumbline"] + arguments, "ended with \(answer.code)", answer.complaint + answer.text)
        }
        return answer.text
    }

    /// Waits until some services have a number of replicas, all of them healthy.
    func isHealthy(_ wanted: [String: Int], within limit: Duration = .seconds(150)) async throws {
        try await eventually("healthy: \(wanted.map { "\($0.value) \($0.key)" })", within: limit) {
            let containers = try await engine.containers()
            let sick = wanted.filter { service, count in
                let replicas = containers.filter { $0.service == service }
                return replicas.count != count || !replicas.allSatisfy(\.isHealthy)
            }
            guard sick.isEmpty else {
                let states = containers.filter { sick[$0.service] != nil }
                    .map { "\($0.name) \($0.status) \($0.health ?? "")" }
                throw NotHealthy(states: states)
            }
            return true
        }
    }

    /// Waits until whatever there is of some services is healthy.
    func isHealthy(_ services: [String], within limit: Duration = .seconds(150)) async throws {
        try await isHealthy(try await replicas(of: services), within: limit)
    }

    /// How many replicas services have.
    func replicas(of services: [String]) async throws -> [String: Int] {
        let containers = try await engine.containers()
        return Dictionary(
            uniqueKeysWithValues: services.map { name in (name, containers.count { $0.service == name }) })
    }

    private struct NotHealthy: Error, CustomStringConvertible {
        let states: [String]
        var description: String { states.isEmpty ? "there is none" : states.joined(separator: ", ") }
    }

    // MARK: What a run is judged by

    func isReady() async throws {
        try await isHealthy(Self.services + Self.servers)
        try await eventually("all services are ready", within: .seconds(60)) {
            for container in try await engine.containers() where Self.services.contains(container.service) {
                guard try await answers(container, at: "/health/ready") else { return false }
            }
            return true
        }
    }

    /// Whether a replica answers with success.
    func answers(_ container: Container, at path: String) async throws -> Bool {
        guard let port = container.ports[8080] else { return false }
        let client = SandboxClient(baseURL: "http://127.0.0.1:\(port)")
        return try await client.send("GET", path, timeoutMilliseconds: 2_000).status == 200
    }

    func verifyAudit() async throws -> (code: Int32, text: String) {
        let answer = try await project.plumbline(["audit", "verify"])
        return (answer.code, answer.text + answer.complaint)
    }

    /// Keeps what each container has written until now, under a name of its own; those of containers that are gone stay.
    ///
    /// Of servers and of the story it is kept only: what they write is not ours to judge.
    func logs() async throws -> [URL] {
        for container in try await engine.containers() {
            let name = "\(container.service)-\(container.id.prefix(12)).log"
            try await engine.log(of: container, into: folder.appending(path: name))
        }
        return try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
            .filter { file in (Self.services + ["migrate"]).contains { file.lastPathComponent.hasPrefix($0 + "-") } }
    }

    func secrets() throws -> [String: String] { try SecretFiles(folder: secretsFolder).read() }

    func dumpDatabase(to file: URL) async throws {
        let script = #"exec "$@" >"$0""#
        let dump = ["exec", "-T", "postgres", "pg_dump", "--username=plumbline", "--no-owner", "plumbline"]
        try await project.terminal.run(
            ["sh", "-c", script, file.path()] + project.command(dump),
            adding: ["PLUMBLINE_VERSION": project.version], within: .seconds(300))
    }
}
