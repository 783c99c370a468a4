import Foundation
import SandboxKit
import SandboxSupport
import Testing

@Suite(
    "Jobber sandbox: a client that we did not write",
    .enabled(if: PythonEnvironment.isAvailable, "python3 is not installed"))
struct JobberClientProgramTests {
    @Test("getjobber-cli logs in, refreshes, and runs every one of its operations", .timeLimit(.minutes(5)))
    func getjobberCLI() async throws {
        let python = try await PythonOnce.jobber.environment()
        try await JobberBench.run { jobber in
            let ids = try await jobber.client.control("POST", "seed", JobberWorld.everything)["refs"] ?? .null
            let output = try await python.run(
                "jobber/operations.py", [jobber.running.baseURL, jobber.refreshToken],
                environment: ["IDS": "\(ids)"])
            #expect(output.contains("21 operations"), "\(output)")
            let counts = try await jobber.client.control("GET", "counts")
            #expect(counts["Client"] == 2 && counts["Job"] == 2 && counts["Quote"] == 2 && counts["Invoice"] == 2)
        }
    }
}

extension PythonOnce {
    static let jobber = PythonOnce("jobber")
}
