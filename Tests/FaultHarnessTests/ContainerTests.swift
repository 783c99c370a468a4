import Testing

@testable import Faults

@Suite("What the engine tells of containers")
struct ContainerTests {
    /// As docker 20.10 prints it, without what nobody reads.
    private static func inspected(
        _ name: String, status: String = "running", health: String? = "healthy", labels: String? = nil,
        ports: String = #""8080/tcp": [{"HostIp": "127.0.0.1", "HostPort": "32780"}], "5432/tcp": null"#
    ) -> String {
        let labels =
            labels ?? #""com.docker.compose.service": "crm-adapter", "com.docker.compose.oneoff": "False""#
        let shown = health.map { #", "Health": {"Status": "\#($0)", "FailingStreak": 0, "Log": []}"# } ?? ""
        return """
            {"Id": "0da7002f", "Name": "/\(name)", "RestartCount": 2, "Driver": "overlay2",
             "State": {"Status": "\(status)", "Running": true, "Pid": 4978, "ExitCode": 137\(shown)},
             "Config": {"Image": "plumbline/crm-adapter:2", "Labels": {\(labels)}},
             "NetworkSettings": {"Bridge": "", "Ports": {\(ports)}}}
            """
    }

    @Test("A container is read with its service, its state and its ports of this machine")
    func whole() throws {
        let containers = try Container.all(inspected: "[\(Self.inspected("p_crm-adapter_1"))]")
        #expect(
            containers == [
                Container(
                    id: "0da7002f", name: "p_crm-adapter_1", service: "crm-adapter", image: "plumbline/crm-adapter:2",
                    status: "running", health: "healthy", pid: 4978, exitCode: 137, restarts: 2, ports: [8080: 32780])
            ])
    }

    @Test(
        "Healthy is who runs, and says so or has nothing to say",
        arguments: [
            ("running", "healthy", true), ("running", nil, true), ("running", "starting", false),
            ("running", "unhealthy", false), ("paused", "healthy", false), ("exited", nil, false),
        ])
    func health(status: String, health: String?, isHealthy: Bool) throws {
        let text = Self.inspected("p_router_1", status: status, health: health)
        #expect(try Container.all(inspected: "[\(text)]").map(\.isHealthy) == [isHealthy])
    }

    @Test("Containers come by name; those of single commands, and strangers, do not")
    func replicas() throws {
        let oneOff = #""com.docker.compose.service": "plumbline", "com.docker.compose.oneoff": "True""#
        let all = [
            Self.inspected("b"), Self.inspected("run", labels: oneOff), Self.inspected("a", ports: ""),
            Self.inspected("stranger", labels: ""),
        ]
        #expect(try Container.all(inspected: "[\(all.joined(separator: ","))]").map(\.name) == ["a", "b"])
    }

    @Test("An answer that is none is an error")
    func unreadable() {
        #expect(throws: (any Error).self) { try Container.all(inspected: "Error: No such object") }
    }

    @Test("The sum of a metric has all of its series, and no other metric's")
    func metrics() {
        let text = """
            # HELP webhooks_total Webhooks by outcome.
            webhooks_total{connection="hubspot",outcome="taken"} 41
            webhooks_total{connection="hubspot",outcome="refused"} 1
            webhooks_total_more{connection="hubspot"} 7
            process_cpu_seconds_total 1.5
            """
        #expect(Exposition(text).sum(of: "webhooks_total") == 42)
        #expect(Exposition(text).sum(of: "process_cpu_seconds_total") == 1.5)
        #expect(Exposition(text).sum(of: "webhooks") == 0)
    }
}
