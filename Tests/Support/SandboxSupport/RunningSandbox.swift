import Logging
public import SandboxKit
import ServiceLifecycle

/// A vendor's sandbox that serves on a free port of this machine while a test runs.
public struct RunningSandbox<Vendor: SandboxVendor>: Sendable {
    /// The vendor, for looks inside without the wire.
    public let vendor: Vendor
    /// Its port.
    public let port: Int

    /// Where it serves, such as `http://127.0.0.1:40123`.
    public var baseURL: String { "http://127.0.0.1:\(port)" }

    /// A client of its API and its control API.
    public var client: SandboxClient { SandboxClient(baseURL: baseURL) }
}

/// Runs a vendor's sandbox while `body` runs, and stops it afterwards.
///
/// - Parameters:
///   - type: the vendor, such as `HubSpotSandbox.self`.
///   - world: the time and history that it shares with others; a fresh one by default.
///   - settings: limits and latency; by default limits are enforced and there is no latency.
public func withSandbox<Vendor: SandboxVendor, Result: Sendable>(
    _ type: Vendor.Type, world: SandboxWorld = .quiet(), settings: SandboxSettings.Values = .init(),
    _ body: @escaping @Sendable (RunningSandbox<Vendor>) async throws -> Result
) async throws -> Result {
    let vendor = type.init(stage: world.stage(vendor: type.name, settings: settings))
    let server = SandboxServer(vendor: vendor)
    let group = ServiceGroup(configuration: .init(services: [server], logger: world.logger))
    return try await withThrowingTaskGroup(of: Void.self) { tasks in
        tasks.addTask { try await group.run() }
        let result: Swift.Result<Result, any Error>
        do {
            result = .success(try await body(RunningSandbox(vendor: vendor, port: try await server.port())))
        } catch {
            result = .failure(error)
        }
        await group.triggerGracefulShutdown()
        try await tasks.waitForAll()
        return try result.get()
    }
}

extension SandboxWorld {
    /// A world that logs errors only, as tests want it.
    public static func quiet(seed: UInt64 = 1, clock: SandboxClock = SandboxClock()) -> SandboxWorld {
        var logger = Logger(label: "sandbox")
        logger.logLevel = .error
        return SandboxWorld(seed: seed, clock: clock, logger: logger)
    }
}
