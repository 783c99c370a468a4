import Foundation
import Testing

@testable import Reconciler

@Suite("The rules for Prometheus")
struct MonitoringRulesTests {
    @Test(
        "R17.2: promtool finds configuration and rules right, and the rules do what their own tests say",
        .enabled(if: Monitoring.hasPromtool, "promtool (Debian's prometheus) is missing"),
        arguments: [
            ["check", "config", "deploy/monitoring/prometheus.yml"],
            ["check", "rules", "deploy/monitoring/rules.yml"], ["test", "rules", "deploy/monitoring/rules_test.yml"],
        ])
    func checked(arguments: [String]) throws {
        let (code, text) = try Monitoring.check(arguments)
        #expect(code == 0, "\(text)")
    }

    @Test("Every series that a rule looks at is shown by a service with these labels, and every alert has a test")
    func series() throws {
        let rules = try Monitoring.text("deploy/monitoring/rules.yml")
        let tests = try Monitoring.text("deploy/monitoring/rules_test.yml")
        let catalog = try SeriesCatalog.all()
        let expressions = Monitoring.expressions(inRules: rules)
        let alerts = rules.matches(of: #/- alert: (\w+)/#).map { String($0.output.1) }
        #expect(expressions.count == alerts.count && alerts.count >= 8)
        for expression in expressions { #expect(catalog.faults(in: expression) == [], "\(expression)") }
        for alert in alerts {
            let mentions = tests.components(separatedBy: "alertname: \(alert)").count - 1
            #expect(mentions >= 2, "\(alert) is tested \(mentions) times")
        }
    }

    @Test("The table of the reconciler's metrics lists what it shows, each with its labels, and nothing else")
    func table() throws {
        // These two are made with the loops, and not from figures.
        let loops = ["reconciler_loop_failures_total", "reconciler_loop_last_success_timestamp_seconds"]
        var listed = try SeriesCatalog.table().labels
        for name in loops { #expect(listed.removeValue(forKey: name) == ["loop"]) }
        #expect(ReconcilerMetrics.loopFailures == loops[0] && ReconcilerMetrics.loopLastSuccess == loops[1])
        let shown = SeriesCatalog.gauges.labels
        #expect(Set(shown.keys).symmetricDifference(listed.keys) == [])
        for (name, labels) in shown { #expect(listed[name] == labels, "\(name)") }
    }

    @Test("Each service is scraped by its name, however many replicas it has")
    func jobs() throws {
        let text = try Monitoring.text("deploy/monitoring/prometheus.yml")
        for service in ["crm-adapter", "fsm-adapter", "ledger-adapter", "router", "reconciler"] {
            #expect(text.contains("job_name: \(service)\n"), "\(service)")
            #expect(text.contains("names: [\(service)], type: A, port: 8080"), "\(service)")
        }
    }

    @Test(
        "A misspelt series, label or function is a fault",
        arguments: [
            ("max(plumbline_alerts_untold) > 0", []),
            ("sum by (le, job) (rate(webhook_duration_seconds_bucket{connection=~\"a|b\"}[5m])) or vector(0)", []),
            ("max(plumbline_alerts_untolt) > 0", ["no service shows plumbline_alerts_untolt"]),
            ("sum(plumblin_alerts)", ["no service shows plumblin_alerts"]),
            ("rate(vendor_request_duration_seconds[5m])", ["no service shows vendor_request_duration_seconds"]),
            ("max(plumbline_alerts{severty=\"critical\"})", ["plumbline_alerts has no label severty"]),
            ("max by (kinds) (plumbline_alerts)", ["nothing here has the label kinds"]),
            ("{kind=\"token\"}", ["no service shows {}"]),
            ("maximum(plumbline_alerts)", ["maximum is no function that is used here"]),
            ("plumbline_alerts / on (kind, queue) plumbline_alerts", ["nothing here has the label queue"]),
        ] as [(String, [String])])
    func misspelt(expression: String, faults: [String]) throws {
        #expect(try SeriesCatalog.all().faults(in: expression) == faults)
    }
}
