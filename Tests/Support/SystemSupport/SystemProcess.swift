import AsyncHTTPClient
import Foundation
import NIOCore
import NIOHTTP1
import Synchronization

/// One process of a service, over its restarts.
final class SystemProcess: Sendable {
    let service: SystemService
    let replica: Int
    let log: URL
    let url: String
    private let command: [String]
    private let environment: [String: String]
    private let child = Mutex<ChildProcess?>(nil)

    init(
        _ service: SystemService, replica: Int, port: Int, folder: URL, command: [String]?,
        environment: [String: String]
    ) {
        self.service = service
        self.replica = replica
        log = folder.appending(path: replica == 0 ? "\(service).log" : "\(service)-\(replica).log")
        url = "http://127.0.0.1:\(port)"
        self.command = command ?? [Surroundings.programs.appending(path: service.rawValue).path()]
        self.environment = Surroundings.environment.merging(environment) { $1 }
            .merging(["PLUMBLINE_HTTP_PORT": "\(port)"]) { $1 }
    }

    var name: String { replica == 0 ? "\(service)" : "\(service) \(replica)" }

    /// Whether it was started and runs no more.
    var hasEnded: Bool { child.withLock { $0.map { !$0.isRunning } ?? false } }

    func start(adding variables: [String: String] = [:]) async throws {
        let started = try await ChildProcess(
            name, command, environment: environment.merging(variables) { $1 }, log: log)
        child.withLock { $0 = started }
    }

    /// Sends a signal, if it runs.
    func send(_ signal: Int32) {
        child.withLock(\.self)?.send(signal)
    }

    /// The process that runs.
    ///
    /// - Throws: `ChildFailure` when it does not.
    func running() throws -> ChildProcess {
        guard let child = child.withLock(\.self), child.isRunning else {
            throw ChildFailure(name, "does not run", log)
        }
        return child
    }

    /// Waits until the service says that it is ready.
    func isReady() async throws {
        try await eventually("\(name) is ready\n\(ChildFailure.tail(of: log, lines: 15))", within: .seconds(60)) {
            let response = try await HTTPClient.shared.execute(
                HTTPClientRequest(url: url + "/health/ready"), timeout: .seconds(5))
            return response.status.code == 200
        }
    }

    /// Asks it to end; false when it had to be killed.
    func stop() async -> Bool {
        guard let child = child.withLock(\.self) else { return true }
        return await child.stop()
    }
}
