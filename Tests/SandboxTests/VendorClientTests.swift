import SandboxHubSpot
import SandboxKit
import SandboxQuickBooksOnline
import SandboxSupport
import Testing

@Suite(
    "Sandboxes and the vendors' own clients",
    .enabled(if: PythonEnvironment.isAvailable, "python3 is not installed"), .timeLimit(.minutes(10)))
struct VendorClientTests {
    private static let environment = ["PYTHONDONTWRITEBYTECODE": "1"]

    @Test("hubspot-api-client is satisfied with the HubSpot sandbox")
    func hubSpot() async throws {
        let clients = try await PythonEnvironment()
        try await withSandbox(HubSpotSandbox.self, settings: .lifted) { sandbox in
            let output = try await clients.run(
                "hubspot_client.py", [sandbox.baseURL, "pat-na1-sandbox"], environment: Self.environment)
            try Self.expectAllPassed(output, atLeast: 60)
        }
    }

    @Test("python-quickbooks and intuit-oauth are satisfied with the QuickBooks Online sandbox")
    func quickBooksOnline() async throws {
        let clients = try await PythonEnvironment()
        try await withSandbox(QuickBooksOnlineSandbox.self, settings: .lifted) { sandbox in
            let output = try await clients.run("quickbooks_client.py", [sandbox.baseURL], environment: Self.environment)
            try Self.expectAllPassed(output, atLeast: 70)
        }
    }

    private static func expectAllPassed(_ output: String, atLeast least: Int) throws {
        let line = try #require(output.split(whereSeparator: \.isNewline).last)
        let result = try JSON(parsing: Array(line.utf8))
        #expect(result["failed"] == [])
        #expect((result["passed"]?.intValue ?? 0) >= least, "\(result)")
    }
}

extension SandboxSettings.Values {
    /// Limits are counted but not enforced.
    static var lifted: SandboxSettings.Values {
        var values = SandboxSettings.Values()
        values.limitsLifted = true
        return values
    }
}
