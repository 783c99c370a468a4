import Foundation
import Testing

@testable import Reconciler

@Suite("The rules for Prometheus")
struct MonitoringRulesTests {
    private static let root = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../..").standardized
    private static let promtool = "/usr/bin/promtool"

    @Test(
        "R17.2: promtool finds the rules right, and they do what their own tests say",
        .enabled(
            if: FileManager.default.isExecutableFile(atPath: promtool), "promtool (Debian's prometheus) is missing"),
        arguments: [
            ["check", "rules", "deploy/monitoring/rules.yml"], ["test", "rules", "deploy/monitoring/rules_test.yml"],
        ])
    func checked(arguments: [String]) throws {
        let process = Process()
        process.executableURL = URL(filePath: Self.promtool)
        process.currentDirectoryURL = Self.root
        process.arguments = arguments
        let output = Pipe()
        process.standardOutput = output
        process.standardError = output
        try process.run()
        let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        #expect(process.terminationStatus == 0, "\(text)")
    }

    @Test(
        "Every series that a rule looks at is one that the reconciler shows, and every alert has a test of both sides")
    func series() throws {
        let rules = try String(contentsOf: Self.root.appending(path: "deploy/monitoring/rules.yml"), encoding: .utf8)
        let tests = try String(
            contentsOf: Self.root.appending(path: "deploy/monitoring/rules_test.yml"), encoding: .utf8)
        let metrics = try String(
            contentsOf: Self.root.appending(path: "Services/reconciler/ReconcilerMetrics.swift"), encoding: .utf8)
        let named = Set(rules.matches(of: /\b(plumbline|reconciler)_[a-z_]+/).map { String($0.output.0) })
        #expect(named.count >= 8)
        for name in named { #expect(metrics.contains("`\(name)`"), "\(name)") }
        for alert in rules.matches(of: /- alert: (\w+)/).map({ String($0.output.1) }) {
            let mentions = tests.components(separatedBy: "alertname: \(alert)").count - 1
            #expect(mentions >= 2, "\(alert) is tested \(mentions) times")
        }
    }
}
