import Foundation
import Postgres
import SandboxKit
import SandboxSupport
import SystemSupport

/// The lives of one process, each of which ends at the next case's point.
struct CrashSeries {
    /// How long a life may last until its point is met; a case that is not met comes once more at the end.
    private static let patience = Duration.seconds(20)
    private static let pileUp = Duration.seconds(6)
    /// Beyond the connection's request ceiling in tests and the vendors' index lag, after which a create counts as absent.
    static let lateMilliseconds = 40_000

    let system: RunningSystem
    let supervisor: Supervisor
    let service: SystemService
    let cases: [CrashCase]
    let trace: CrashTrace

    /// Which cases were met, and which were not.
    struct Result: Sendable {
        var met: [CrashCase] = []
        var missed: [CrashCase] = []
    }

    func carryOut() async throws -> Result {
        let process = Supervisor.Process(service: service, replica: 0)
        await supervisor.leave(process)
        var result = Result()
        var queue = cases[...]
        var isSecondTry = false
        while let next = queue.popFirst() {
            if let prelude = CrashCatalogue.prelude(of: next) { _ = try await live(until: prelude) }
            if try await live(until: next) { result.met.append(next) } else { result.missed.append(next) }
            if queue.isEmpty, !isSecondTry {
                isSecondTry = true
                queue = result.missed[...]
                result.missed = []
            }
        }
        await supervisor.takeBack(process)
        return result
    }

    /// One life; whether it ended where it was meant to.
    private func live(until next: CrashCase) async throws -> Bool {
        let before = trace.deaths(at: next.point)
        system.send(SIGKILL, to: service)
        try await eventually("the end of \(service)", within: .seconds(10)) { system.hasEnded(service) }
        try await forgetLeases()
        // Only what has piled up goes in one call.
        if next.point.contains("batch") { try await Task.sleep(for: Self.pileUp) }
        let fault = try await mislead(next)
        try await system.start(
            service, adding: ["PLUMBLINE_CRASH_AT": next.point, "PLUMBLINE_CRASH_TRACE": trace.file.path()])
        _ = try? await eventually("the end at \(next.point)", within: Self.patience, every: .milliseconds(50)) {
            system.hasEnded(service) ? true : nil
        }
        if let fault { try await client.control("DELETE", "faults/\(fault)") }
        return trace.deaths(at: next.point) > before
    }

    /// Half a minute passes until a dead process' leases run out; nobody else wants them, so it need not be waited for.
    private func forgetLeases() async throws {
        let names: String? =
            switch service {
            case .reconciler: "^(audit.seal|parks|snapshots|replays|freshness|alerts)"
            case .crmAdapter: "/hubspot"
            case .fsmAdapter: "/jobber"
            case .ledgerAdapter: "/quickbooks"
            case .router: nil
            }
        guard let names else { return }
        try await system.pool.execute(
            "update lease set until = clock_timestamp() where name ~ \(names) and until > clock_timestamp()")
    }

    private var client: SandboxClient {
        switch service {
        case .crmAdapter: system.hubspot
        case .fsmAdapter: system.jobber
        default: system.quickbooks
        }
    }

    /// Has the vendor refuse the request at which the process is to die, or carry it out late; gives the fault's id.
    private func mislead(_ next: CrashCase) async throws -> Int? {
        guard next.outcome != .committed, let write = next.write else { return nil }
        let (path, method, text): (String, String, String?) =
            switch service {
            case .crmAdapter: ("/crm/**", write == "update" ? "PATCH" : "POST", write == "update" ? nil : "inputs")
            case .fsmAdapter: ("/api/graphql", "POST", "mutation \(write)")
            default: ("/v3/company/*/" + (write.split(separator: " ").dropFirst().first ?? "*"), "POST", nil)
            }
        let answer = try await client.control(
            "POST", "faults",
            [
                "effect": next.outcome == .late
                    ? ["kind": "late-commit", "milliseconds": .int(Self.lateMilliseconds)]
                    : ["kind": "server-error", "status": 503],
                "path": .string(path),
                "method": .string(method), "contains": .optional(text), "count": 1,
            ])
        return answer["id"]?.intValue
    }
}
