import ArgumentParser
import Foundation
import Logging
import SandboxHubSpot
import SandboxJobber
import SandboxKit
import SandboxQuickBooksOnline
import ServiceLifecycle
import UnixSignals

/// The vendors that are imitated: one line each.
let vendors: [any SandboxVendor.Type] = [
    HubSpotSandbox.self, JobberSandbox.self, QuickBooksOnlineSandbox.self,
]

/// Puts the vendors on one stage world and makes the services that serve them.
func compose(_ options: SandboxOptions) throws -> ServiceGroup {
    guard let level = Logger.Level(rawValue: options.logLevel) else {
        throw ValidationError("--log-level must be trace, debug, info, notice, warning, error or critical")
    }
    var logger = Logger(label: "sandbox") { StreamLogHandler.standardError(label: $0) }
    logger.logLevel = level
    let world = SandboxWorld(seed: options.seed, logger: logger)
    var settings = SandboxSettings.Values()
    settings.limitsLifted = options.liftLimits
    settings.latencyMilliseconds = options.latencyMs
    var servers: [(name: String, server: SandboxServer)] = []
    for type in vendors {
        let vendor = type.init(stage: world.stage(vendor: type.name, settings: settings))
        if let base = options.webhookBase {
            _ = try vendor.subscribe(["url": .string(base + (base.hasSuffix("/") ? "" : "/") + type.name)])
        }
        let configuration = SandboxServer.Configuration(host: options.host, port: options.port(of: type.name))
        servers.append((type.name, SandboxServer(vendor: vendor, configuration: configuration)))
    }
    let announcement = ReadyAnnouncement(host: options.host, servers: servers, file: options.readyFile)
    return ServiceGroup(
        configuration: .init(
            services: servers.map(\.server) + [announcement], gracefulShutdownSignals: [.sigterm, .sigint],
            logger: logger))
}

/// Says once, as a line of JSON, on which ports the vendors serve.
struct ReadyAnnouncement: Service {
    let host: String
    let servers: [(name: String, server: SandboxServer)]
    let file: String?

    func run() async throws {
        var ports = JSONObject()
        for (name, server) in servers { ports[name] = .int(try await server.port()) }
        let line: JSON = ["ready": true, "host": .string(host), "ports": .object(ports)]
        let text = Data(line.serialized() + [0x0A])
        try FileHandle.standardOutput.write(contentsOf: text)
        if let file {
            // Written aside and renamed, so that whoever waits for the file never reads half of it.
            try text.write(to: URL(fileURLWithPath: file), options: .atomic)
        }
        try await gracefulShutdown()
    }
}
