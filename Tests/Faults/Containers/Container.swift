import Foundation

/// A container as the engine sees it.
struct Container: Sendable, Equatable {
    let id: String
    let name: String
    /// The service that it is a replica of.
    let service: String
    /// The image with its tag.
    let image: String
    /// `created`, `running`, `paused`, `restarting`, `exited` or `dead`.
    let status: String
    /// `starting`, `healthy` or `unhealthy`; nil where the image says nothing of it.
    let health: String?
    /// The main process, as the engine's machine numbers it; 0 where none runs.
    let pid: Int32
    let exitCode: Int
    /// How often the engine has started it again by itself.
    let restarts: Int
    /// Ports of this machine by the container's.
    let ports: [Int: Int]

    /// Whether it does its work, as far as it says itself.
    var isHealthy: Bool { status == "running" && (health ?? "healthy") == "healthy" }

    /// Reads what `docker inspect` prints; containers of single commands are left out.
    static func all(inspected text: String) throws -> [Container] {
        try JSONDecoder().decode([Inspected].self, from: Data(text.utf8)).compactMap(\.container)
            .sorted { $0.name < $1.name }
    }
}

/// The parts of the engine's answer that matter.
private struct Inspected: Decodable {
    struct Condition: Decodable {
        let status: String
        let pid: Int32
        let exitCode: Int
        let health: Health?

        enum CodingKeys: String, CodingKey {
            case status = "Status"
            case pid = "Pid"
            case exitCode = "ExitCode"
            case health = "Health"
        }
    }

    struct Health: Decodable {
        let status: String

        enum CodingKeys: String, CodingKey { case status = "Status" }
    }

    struct Description: Decodable {
        let image: String
        let labels: [String: String]?

        enum CodingKeys: String, CodingKey {
            case image = "Image"
            case labels = "Labels"
        }
    }

    struct Network: Decodable {
        let ports: [String: [Binding]?]?

        enum CodingKeys: String, CodingKey { case ports = "Ports" }
    }

    struct Binding: Decodable {
        let hostPort: String

        enum CodingKeys: String, CodingKey { case hostPort = "HostPort" }
    }

    let id: String
    let name: String
    let restarts: Int
    let condition: Condition
    let description: Description
    let network: Network

    enum CodingKeys: String, CodingKey {
        case id = "Id"
        case name = "Name"
        case restarts = "RestartCount"
        case condition = "State"
        case description = "Config"
        case network = "NetworkSettings"
    }

    var container: Container? {
        let labels = description.labels ?? [:]
        guard let service = labels["com.docker.compose.service"], labels["com.docker.compose.oneoff"] != "True" else {
            return nil
        }
        return Container(
            id: id, name: name.hasPrefix("/") ? String(name.dropFirst()) : name, service: service,
            image: description.image, status: condition.status, health: condition.health?.status,
            pid: condition.pid, exitCode: condition.exitCode, restarts: restarts, ports: ports)
    }

    private var ports: [Int: Int] {
        var ports: [Int: Int] = [:]
        for (name, bindings) in network.ports ?? [:] {
            guard let inner = name.split(separator: "/").first.flatMap({ Int($0) }),
                let outer = bindings?.first.flatMap({ Int($0.hostPort) })
            else { continue }
            ports[inner] = outer
        }
        return ports
    }
}
