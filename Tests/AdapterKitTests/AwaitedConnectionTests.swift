import CanonicalModel
import ConnectorKit
import Foundation
import Logging
import ServiceKit
import ServiceLifecycle
import Testing

@testable import AdapterKit

@Suite("An adapter without a connection")
struct AwaitedConnectionTests {
    let folder = URL.temporaryDirectory.appending(path: "connections-\(UUID().uuidString)", directoryHint: .isDirectory)
    let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

    init() throws {
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    }

    @Test("ends in good order as soon as one of its role is declared, and not for one of another role")
    func firstConnection() async throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        try declare("ledger", role: "ledger")
        let others = try ConnectionFolder.load(folder.path(), role: .crm)
        #expect(others.isEmpty)
        let group = group()
        async let end: Void = group.run()
        try declare("crm", role: "crm")
        try await end
    }

    @Test("ends for a declaration with faults, which the next start tells")
    func faulty() async throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        try Data("role: crm\n".utf8).write(to: folder.appending(path: "crm.yaml"))
        try await group().run()
    }

    @Test("stops waiting when the process is to end")
    func shutdown() async throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        let group = group()
        async let end: Void = group.run()
        await group.triggerGracefulShutdown()
        try await end
    }

    @Test("is not ready, and says where a file is to be put")
    func notReady() async throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        let error = await #expect(throws: NothingDeclared.self) { try await awaited.check.probe() }
        let text = try #require(error).description
        #expect(text.contains("role crm"))
        #expect(text.contains(folder.path()))
    }

    private var awaited: AwaitedConnection {
        AwaitedConnection(directory: folder.path(), role: .crm, logger: logger, pause: .milliseconds(1))
    }

    private func group() -> ServiceGroup {
        ServiceGroup(
            configuration: ServiceGroupConfiguration(
                services: [.init(service: awaited, successTerminationBehavior: .gracefullyShutdownGroup)],
                logger: logger))
    }

    private func declare(_ name: String, role: String) throws {
        let declaration = """
            name: \(name)
            vendor: hubspot
            role: \(role)
            base_url: http://127.0.0.1:1
            vendor_account: "1"
            time_zone: America/Denver
            currency: USD
            secrets: {}
            """
        let file = folder.appending(path: "\(name).yaml")
        try Data(declaration.utf8).write(to: file, options: .atomic)
    }
}
