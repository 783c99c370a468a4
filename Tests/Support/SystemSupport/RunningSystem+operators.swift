import AsyncHTTPClient
public import Foundation
import Glibc
import NIOCore

/// What an operator has beside the services: the command line and the figures.
extension RunningSystem {
    /// Runs `plumbline` on the system's database, as a user would.
    ///
    /// - Parameter variables: what else it has in its environment.
    /// - Returns: the exit code, and all that it has written.
    public func plumbline(
        _ arguments: [String], adding variables: [String: String] = [:]
    ) async throws -> (code: Int32, text: String) {
        let log = folder.appending(path: "plumbline-\(UInt32.random(in: .min ... .max)).log")
        let child = try await ChildProcess(
            "plumbline", [Surroundings.programs.appending(path: "plumbline").path()] + arguments,
            environment: Surroundings.environment.merging(["PLUMBLINE_DATABASE_URL": servers.databaseURL]) { $1 }
                .merging(variables) { $1 },
            log: log)
        await withTaskCancellationHandler {
            await child.ended()
        } onCancel: {
            child.send(SIGKILL)
        }
        return (child.exitCode ?? -1, try String(contentsOf: log, encoding: .utf8))
    }

    /// Runs lines of a shell as an operator would, with our programs in the path; the first that fails ends them.
    ///
    /// - Parameter variables: what else it has in its environment.
    /// - Returns: the exit code, and all that it has written.
    public func shell(
        _ script: String, adding variables: [String: String] = [:]
    ) async throws -> (code: Int32, text: String) {
        let log = folder.appending(path: "shell-\(UInt32.random(in: .min ... .max)).log")
        let path = Surroundings.programs.path() + ":" + (Surroundings.environment["PATH"] ?? "/usr/bin:/bin")
        let child = try await ChildProcess(
            "shell", ["bash", "-eu", "-o", "pipefail", "-c", script],
            environment: Surroundings.environment.merging(["PATH": path, "PLUMBLINE_DATABASE_URL": servers.databaseURL])
            { $1 }
            .merging(variables) { $1 },
            log: log)
        await withTaskCancellationHandler {
            await child.ended()
        } onCancel: {
            child.send(SIGKILL)
        }
        return (child.exitCode ?? -1, try String(contentsOf: log, encoding: .utf8))
    }

    /// The folder of this build's programs.
    public var programs: String { Surroundings.programs.path() }

    /// The policy that is shipped.
    public var policy: String { Surroundings.policy.path() }

    /// The value of a series at `/metrics` of a service; 0 where there is none.
    ///
    /// - Parameter labels: all labels of the series.
    public func metric(
        _ name: String, _ labels: [String: String], of service: SystemService, replica: Int = 0
    ) async throws -> Double {
        let response = try await HTTPClient.shared.execute(
            HTTPClientRequest(url: url(of: service, replica: replica) + "/metrics"), timeout: .seconds(5))
        let body = try await response.body.collect(upTo: 8 << 20)
        let wanted = Set(labels.map { "\($0.key)=\"\($0.value)\"" })
        for line in String(buffer: body).split(separator: "\n") where line.hasPrefix(name + "{") {
            let parts = line.dropFirst(name.count + 1).split(separator: "}", maxSplits: 1)
            guard parts.count == 2, Set(parts[0].split(separator: ",").map(String.init)) == wanted else { continue }
            return Double(parts[1].trimmingCharacters(in: .whitespaces)) ?? 0
        }
        return 0
    }

    /// Writes the whole database into a file, as evidence.
    public func dumpDatabase(to file: URL) async throws {
        try await Surroundings.run(
            "pg_dump", ["pg_dump", "--no-owner", "--file", file.path(), servers.databaseURL],
            log: folder.appending(path: "pg_dump.log"))
    }

    /// The secret with which a vendor signs its webhooks.
    public func webhookSecret(of vendor: String) throws -> String {
        try String(contentsOf: folder.appending(path: "secrets/\(vendor)-webhook_secret"), encoding: .utf8)
    }
}
