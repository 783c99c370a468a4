import Foundation
import IntegrationSupport
import PolicySupport
import Postgres
import SystemSupport
import Testing

@testable import Story

extension BadInput {
    @Suite("Policy files") struct PolicyFiles {
        @Test(
            """
            R1.1, R1.13: of a file with ten faults the command line lists all ten with their lines and installs nothing; \
            changes go on by the policy that is active
            """)
        func tenFaults() async throws {
            let scene = try Scene()
            let file = scene.system.folder.appending(path: "faulty.yaml")
            try Data(FaultyPolicy.text.utf8).write(to: file)
            let active = try await scene.system.plumbline(["policy", "export", "--yaml"])
            #expect(active.code == 0)
            let versions = try await scene.count("select count(*) from policy")
            for command in [["check"], ["activate", "--reason", "try it", "--as", "test"]] {
                let (code, text) = try await scene.system.plumbline(
                    ["policy", command[0], file.path()] + command.dropFirst())
                #expect(code == 78)
                let told = text.split(separator: "\n").dropFirst().map(String.init)
                #expect(text.hasPrefix(file.path()))
                #expect(told.compactMap { $0.split(separator: ":").first.flatMap { Int($0) } } == FaultyPolicy.lines)
                #expect(told.contains { $0.contains("did you mean 'approved'?") })
                #expect(told.contains { $0.contains("has 2 owners, but a field has exactly one") })
            }
            #expect(try await scene.system.plumbline(["policy", "export", "--yaml"]) == active)
            #expect(try await scene.count("select count(*) from policy") == versions)
            _ = try await GoodChange(scene: scene, work: scene.sale("Soffit").sell()).ofSales(1)()
        }
    }
}
