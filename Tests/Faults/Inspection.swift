import Foundation
import SandboxKit
import SandboxSupport
import SystemSupport

/// Waits for quiet, and has the checker judge what is there then.
struct Inspection {
    static let recordTypes = [
        "companies", "contacts", "deals", "quotes", "line_items", "Client", "Property", "Job", "Visit",
        "TimeSheetEntry",
        "Customer", "Invoice", "Payment",
    ]

    /// How long the system may need until nothing is on its way; beyond that it is stuck.
    private static let patience = Duration.seconds(420)
    /// What no webhook has told is found by polls and sweeps, the slowest of which comes every twenty seconds.
    private static let sweeps = Duration.seconds(25)

    let system: any JudgedSystem
    let chronicle: Chronicle
    let log: IntentLog
    /// When nobody could have raised an alert.
    let blind: [ClosedRange<Double>]
    /// The time that a restored backup does not know, in nanoseconds since 1970; nil where none was restored.
    var lost: ClosedRange<Int>?
    /// The last entry of the history before people began; records of before are no customer's.
    var begin = 0

    func judge() async throws -> Judgement {
        let tables = OwnTables(pool: system.pool)
        var evidence = Evidence()
        let ready = ContinuousClock.now
        do {
            try await system.isReady()
        } catch {
            evidence.ownFindings.append(Finding(.unexpected, "I10", "a service is not ready: \(error)"))
        }
        evidence.ownFindings += await rest(tables, since: ready)
        progress("quiet after \(Int((ContinuousClock.now - ready).inSeconds)) s; all is announced again")
        try await chronicle.read()
        evidence.quietSequence = await chronicle.changes.last?.sequence ?? 0
        try await announceAgain()
        evidence.ownFindings += await rest(tables, since: nil)
        progress("quiet again after \(Int((ContinuousClock.now - ready).inSeconds)) s; judging")
        try await chronicle.read()
        evidence.intents = log.all
        evidence.beginSequence = begin
        evidence.changes = await chronicle.changes
        evidence.explanations = try await tables.explanations()
        evidence.recordedMarks = try await tables.recordedMarks()
        evidence.alerts = try await tables.alerts()
        evidence.blind = blind
        evidence.ownFindings += try await tables.stuck()
        // What we wrote in a time that a backup has lost was in the audit log of that time.
        let known = evidence.changes.filter { lost?.contains($0.time) != true }
        evidence.ownFindings += try await tables.causeless(known)
        evidence.ownFindings += try await verifyAudit()
        evidence.ownFindings += try await Secrecy(system: system).findings()
        return Checker(evidence).judge()
    }

    /// Waits until nothing is on its way; what still is after that is stuck.
    ///
    /// - Parameter end: when the faults ended, if polls and sweeps have to have passed since.
    private func rest(_ tables: OwnTables, since end: ContinuousClock.Instant?) async -> [Finding] {
        var quietLooks = 0
        var open: [String] = []
        do {
            _ = try await eventually("nothing is on its way", within: Self.patience, every: .seconds(1)) {
                () -> Bool? in
                // While a webhook waits to be tried again, the polls bring what it would have told.
                for vendor in system.sites {
                    let state = try await vendor.control(
                        "POST", "webhooks/settle", ["timeoutMilliseconds": 20_000, "withRetries": true])
                    guard state["settled"]?.boolValue == true else { return nil }
                }
                open = try await tables.onTheWay()
                quietLooks = open.isEmpty ? quietLooks + 1 : 0
                let hasSwept = end.map { ContinuousClock.now - $0 >= Self.sweeps } ?? true
                return quietLooks >= 3 && hasSwept ? true : nil
            }
            return []
        } catch {
            return [Finding(.unexpected, "I10", "\(error)")]
                + open.prefix(20).map { Finding(.unexpected, "I10", "still on its way: \($0)") }
        }
    }

    /// All that the vendors have announced lately is announced again: nobody is to be written to.
    private func announceAgain() async throws {
        for vendor in system.sites {
            let deliveries = try await vendor.control("GET", "webhooks?limit=200000")["deliveries"]?.arrayValue ?? []
            for id in Set(deliveries.suffix(400).compactMap { $0["deliveryId"]?.intValue }) {
                try await vendor.control("POST", "webhooks/redeliver", ["deliveryId": .int(id)])
            }
        }
    }

    private func verifyAudit() async throws -> [Finding] {
        let (code, text) = try await system.verifyAudit()
        return code == 0 ? [] : [Finding(.unexpected, "I8", "the audit log does not verify: \(text)")]
    }
}
