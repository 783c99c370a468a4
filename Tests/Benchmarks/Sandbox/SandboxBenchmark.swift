import Foundation
import SandboxKit
import SandboxSupport
import SystemSupport

/// How many requests the imitated HubSpot answers: a vendor that is slower than what is tried on it would be measured
/// instead.
struct SandboxBenchmark {
    let setup: BenchSetup
    private let companies = 1_000
    private let seconds = 3
    private let threads = 2
    private let connections = 64

    init(setup: BenchSetup) {
        self.setup = setup
    }

    func measure() async throws -> [Figure] {
        guard FileManager.default.isExecutableFile(atPath: "/usr/bin/wrk") else {
            throw BenchFailure("wrk is not installed")
        }
        return try await setup.withServers { servers in
            var settings = SystemSettings()
            for service in SystemService.allCases { settings.replicas[service] = 0 }
            settings.liftsLimits = true
            return try await withSystem(on: servers, settings) { system in
                let url = try await companyURL(in: system.hubspot)
                var rates: [Double] = []
                for _ in 0..<setup.rounds {
                    rates.append(try await round(url, token: system.hubspot.token ?? "", folder: system.folder))
                }
                return [Figure("sandbox.requests_per_second", "requests/s", rates)]
            }
        }
    }

    /// One of many companies, as the API gives it by its id.
    private func companyURL(in hubspot: SandboxClient) async throws -> String {
        let seeded = try await hubspot.control(
            "POST", "seed",
            [
                "records": .array(
                    (0..<companies).map {
                        [
                            "type": "companies",
                            "properties": ["name": .string("Company \($0)"), "phone": "555-0100", "city": "Denver"],
                        ]
                    })
            ])
        let ids = seeded["ids"]?.arrayValue ?? []
        guard ids.count == companies, let id = ids[companies / 2].stringValue else {
            throw BenchFailure("the imitated HubSpot took only \(ids.count) companies")
        }
        let path = "/crm/v3/objects/companies/\(id)?properties=name,phone,city"
        let answer = try await hubspot.send("GET", path)
        guard answer.status == 200, answer.json["properties"]?["name"]?.stringValue == "Company \(companies / 2)" else {
            throw BenchFailure("the imitated HubSpot answers \(answer.status) \(answer.json)")
        }
        return hubspot.baseURL + path
    }

    /// Reads the company over and over; every answer must be a good one.
    private func round(_ url: String, token: String, folder: URL) async throws -> Double {
        let log = folder.appending(path: "wrk.log")
        try? FileManager.default.removeItem(at: log)
        let child = try await ChildProcess(
            "wrk",
            [
                "/usr/bin/wrk", "-t\(threads)", "-c\(connections)", "-d\(seconds)s", "-H",
                "Authorization: Bearer \(token)", url,
            ], environment: [:], log: log)
        await child.ended()
        let text = try String(contentsOf: log, encoding: .utf8)
        guard child.exitCode == 0, !text.contains("Non-2xx"), !text.contains("Socket errors"),
            let match = text.firstMatch(of: #/Requests/sec: +([0-9.]+)/#), let rate = Double(match.1)
        else { throw BenchFailure("wrk did not have all requests answered: \(text.suffix(1000))") }
        return rate
    }
}
