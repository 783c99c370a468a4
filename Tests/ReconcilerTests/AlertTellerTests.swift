import CanonicalModel
import Configuration
import IntegrationSupport
import Logging
import Postgres
import SandboxKit
import SandboxSupport
import ServiceKit
import StoreSupport
import SyncCore
import SyncStore
import Testing
import VendorHTTP

@testable import Reconciler

@Suite("Alerts that are sent", .database)
struct AlertTellerTests {
    private static let secret = "a secret of the receiver's"

    private func teller(_ estate: Estate, to url: String?) throws -> AlertTeller {
        var configuration = CurlTransport.Configuration()
        configuration.allowsPlainHTTP = true
        return AlertTeller(
            receiver: url.map { AlertReceiver(url: Secret($0), secret: Secret(Self.secret)) },
            transport: try CurlTransport(configuration: configuration), pool: estate.pool, clock: { estate.now },
            jitter: { 1 }, logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
    }

    private func alert(_ estate: Estate, _ sequence: Int = 1, resolved: Bool = false) -> Alert {
        Alert(
            id: estate.id(),
            AlertCondition(
                .init(.token, "main"), group: "connection crm-main", connection: estate.crm, severity: .critical,
                since: estate.now, cause: "it refuses our credentials", advice: "connect it anew"),
            seenAt: estate.now, lastSeenAt: estate.now, raisedAt: estate.now, resolvedAt: resolved ? estate.now : nil,
            sequence: sequence)
    }

    private func hasten(_ estate: Estate) async throws {
        try await estate.pool.execute("update alert set tell_at = clock_timestamp()")
    }

    @Test("R17.3: an alert is sent signed, with its id and place, until the receiver has taken it, and then no more")
    func delivery() async throws {
        try await Estate.run { estate in
            let receiver = WebhookReceiver()
            receiver.answerNext([500, 429])
            try await receiver.serve { url in
                let teller = try teller(estate, to: url)
                var alert = alert(estate)
                try await estate.pool.run([Alerts.save([alert])])
                for _ in 0..<2 {
                    try await teller.tell()
                    let failing = try await estate.pool.run(Alerts.telling)
                    #expect(failing.untold == 1 && failing.failure?.contains("the receiver has answered") == true)
                    // Not before its time.
                    try await teller.tell()
                    try await hasten(estate)
                }
                try await teller.tell()
                try await hasten(estate)
                try await teller.tell()
                #expect(receiver.received.count == 3)
                #expect(try await estate.pool.run(Alerts.telling).untold == 0)

                alert.resolvedAt = estate.now
                alert.sequence = 2
                try await estate.pool.run([Alerts.save([alert])])
                try await teller.tell()
                #expect(receiver.received.map { $0.json["sequence"]?.intValue } == [1, 1, 1, 2])
                #expect(
                    receiver.received.map { $0.json["event"]?.stringValue } == [
                        "raised", "raised", "raised", "resolved",
                    ])
                for webhook in receiver.received {
                    let time = estate.now.microseconds / 1_000_000
                    let code = AlertMessage.signature(of: webhook.body, at: time, secret: Self.secret)
                    #expect(webhook.headers["plumbline-signature"] == "t=\(time),v1=\(code)")
                    #expect(webhook.headers["plumbline-delivery"]?.hasPrefix("\(alert.id)/") == true)
                    #expect(webhook.json["cause"]?.stringValue == "it refuses our credentials")
                    #expect(webhook.json["connection"]?.stringValue == "crm-main")
                }
            }
        }
    }

    @Test("A receiver that is away costs no alert, and is an alert itself after a while; without one nobody is told")
    func away() async throws {
        try await Estate.run { estate in
            try await estate.pool.run([Alerts.save([alert(estate)])])
            try await teller(estate, to: "http://127.0.0.1:1/x").tell()
            try await estate.pool.execute("update alert set raised_at = raised_at - interval '2 minutes'")
            let (measures, _) = try await AlertMeasures.read(on: estate.pool)
            let findings = AlertRules(measures: measures, settings: AlertSettings()).judge()
            #expect(findings.conditions.contains { $0.key.kind == .telling })
            try await teller(estate, to: nil).tell()
            #expect(try await estate.pool.run(Alerts.telling).untold == 0)
        }
    }

    @Test("The signature is that of the scheme: HMAC-SHA256 over the time, a dot and the body")
    func signature() {
        // The value of: printf '1700000000.{}' | openssl dgst -sha256 -hmac 0123456789abcdef
        #expect(
            AlertMessage.signature(of: Array("{}".utf8), at: 1_700_000_000, secret: "0123456789abcdef")
                == "e4f8e2ecae2295b2ddb2f0b5584c8275e226c0ebe9b3b819e70156bb67122e3e")
    }

    @Test("Waits grow to five minutes and never beyond")
    func waits() {
        #expect(AlertTeller.wait(after: 0, jitter: 1) == .seconds(1))
        #expect(AlertTeller.wait(after: 3, jitter: 0) == .seconds(4))
        #expect(AlertTeller.wait(after: 1000, jitter: 1) == .seconds(300))
    }

    @Test(
        "A receiver must be reached by TLS, unless it is on this machine, and must have a secret; every fault is told")
    func configuration() async throws {
        let cases: [(url: String?, secret: String?, faults: Int)] = [
            (nil, nil, 0), ("https://example.com/x", Self.secret, 0), ("http://127.0.0.1:9/x", Self.secret, 0),
            ("http://localhost/x", Self.secret, 0), ("http://example.com/x", Self.secret, 1),
            ("https://example.com/x", nil, 1), (nil, Self.secret, 1), ("ftp://x", "brief", 2),
        ]
        for (url, secret, faults) in cases {
            var environment: [String: String] = [:]
            environment["PLUMBLINE_ALERTS_WEBHOOK_URL"] = url
            environment["PLUMBLINE_ALERTS_WEBHOOK_SECRET"] = secret
            let reader = try await ConfigurationSource.reader(environment: environment)
            do {
                let receiver = try CheckedConfiguration.read(reader) { AlertReceiver(config: $0) }
                #expect(faults == 0 && (receiver == nil) == (url == nil), "\(url ?? "-")")
            } catch {
                #expect(error.faults.count == faults, "\(url ?? "-"): \(error)")
                #expect(secret.map { !"\(error)".contains($0) } ?? true)
            }
        }
    }
}
