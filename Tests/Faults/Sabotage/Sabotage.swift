import Foundation
import Glibc
import NetworkSupport
import RandomSupport
import SandboxKit
import SandboxSupport
import SystemSupport

/// Carries faults out.
struct Sabotage: Sendable {
    /// A fault that cannot be had on this machine.
    struct Unavailable: Error, CustomStringConvertible {
        let description: String
    }

    let system: RunningSystem
    let supervisor: Supervisor
    let postgres: PrivatePostgres
    let broker: PrivateBroker
    let links: Links
    /// The library by which a process is told another time; nil where it is not installed.
    let clockLibrary: String?

    /// Does it, and takes it back at its end.
    func carryOut(_ fault: PlannedFault) async throws {
        switch fault.kind.target {
        case .service(let service):
            try await strike(.init(service: service, replica: fault.replica), fault)
        case .everything: try await killAll(fault)
        case .postgres: try await strikePostgres(fault)
        case .broker: try await strikeBroker(fault)
        case .link(let link): try await strike(link, fault)
        case .vendor: try await VendorSabotage(client: client(fault)).strike(fault)
        case .webhooks: try await VendorSabotage(client: client(fault)).strikeWebhooks(fault)
        }
    }

    /// Takes back all that may still be there.
    func end() async throws {
        links.heal()
        for process in supervisor.processes {
            system.send(SIGCONT, to: process.service, replica: process.replica)
        }
        for client in [system.hubspot, system.jobber, system.quickbooks] {
            try await client.control("DELETE", "faults")
            try await client.control("DELETE", "webhooks/faults")
        }
    }

    private func client(_ fault: PlannedFault) -> SandboxClient {
        switch fault.system {
        case .crm: system.hubspot
        case .fsm: system.jobber
        case .ledger: system.quickbooks
        }
    }

    private func lasts(_ fault: PlannedFault) async throws { try await Task.sleep(for: .milliseconds(fault.duration)) }

    // MARK: Processes

    private func strike(_ process: Supervisor.Process, _ fault: PlannedFault) async throws {
        guard supervisor.processes.contains(process) else { throw Unavailable(description: "no such process runs") }
        switch fault.kind.action {
        case .stop:
            system.send(SIGSTOP, to: process.service, replica: process.replica)
            defer { system.send(SIGCONT, to: process.service, replica: process.replica) }
            try await lasts(fault)
        case .skew: try await skew(process, fault)
        default: try await supervisor.keepDown([process]) { try await lasts(fault) }
        }
    }

    /// The process goes on with a clock that is wrong by up to ten minutes, then with the right one.
    private func skew(_ process: Supervisor.Process, _ fault: PlannedFault) async throws {
        guard let clockLibrary else {
            throw Unavailable(description: "libfaketime is not installed (Debian: faketime)")
        }
        var generator = SeededGenerator(seed: fault.seed)
        let seconds = Int.random(in: 5...600, using: &generator) * (Bool.random(using: &generator) ? 1 : -1)
        let variables = [
            "LD_PRELOAD": clockLibrary, "FAKETIME": (seconds > 0 ? "+" : "") + "\(seconds)s",
            // Time-outs are measured by another clock, which no administrator sets.
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",
        ]
        try await supervisor.keepDown([process], adding: variables) {}
        try await lasts(fault)
        await supervisor.forget(process)
        try await supervisor.keepDown([process]) {}
    }

    /// As when the machine's power fails: all processes and both servers at the same moment.
    private func killAll(_ fault: PlannedFault) async throws {
        try await supervisor.keepDown(supervisor.processes) {
            async let database: Void = postgres.crash()
            await broker.crash()
            try await database
            try await lasts(fault)
            async let start: Void = postgres.start()
            try await broker.start()
            try await start
        }
    }

    // MARK: Servers

    private func strikePostgres(_ fault: PlannedFault) async throws {
        if fault.kind.action == .fill {
            try await fill(postgres.volume, leaving: 0, fault)
            if postgres.hasEnded {
                try await postgres.crash()
                try await postgres.start()
            }
            return
        }
        try await postgres.crash()
        try await lasts(fault)
        try await postgres.start()
    }

    private func strikeBroker(_ fault: PlannedFault) async throws {
        var generator = SeededGenerator(seed: fault.seed)
        switch fault.kind.action {
        case .alarm:
            try await broker.setMemoryAlarm(true)
            try await lasts(fault)
            try await broker.setMemoryAlarm(false)
        case .fill:
            // Below its own limit it stops taking messages; with nothing left it cannot write at all.
            try await fill(broker.volume, leaving: Bool.random(using: &generator) ? 20 << 20 : 0, fault)
            if broker.hasEnded { try await broker.start() }
        case .wipe:
            await broker.crash()
            try broker.wipe()
            try await lasts(fault)
            try await broker.start()
        default:
            await broker.crash()
            try await lasts(fault)
            try await broker.start()
        }
    }

    private func fill(_ volume: Volume?, leaving rest: Int, _ fault: PlannedFault) async throws {
        guard let volume else { throw Unavailable(description: "a file system cannot be mounted here") }
        volume.fill(leaving: rest)
        defer { volume.free() }
        try await lasts(fault)
    }

    // MARK: The network

    private func strike(_ link: FaultKind.Link, _ fault: PlannedFault) async throws {
        let name = link == .vendor ? fault.system.vendor : link.rawValue
        guard let forwarder = links[name] else { return }
        var generator = SeededGenerator(seed: fault.seed)
        switch fault.kind.action {
        case .cut:
            forwarder.setRefusing(true)
            forwarder.cut()
            try await lasts(fault)
            forwarder.setRefusing(false)
        case .reset: forwarder.reset()
        case .truncate:
            forwarder.setFlow(.truncating(after: Int.random(in: 0...40, using: &generator)))
            try await lasts(fault)
            forwarder.setFlow(.open)
        case .silence:
            forwarder.setFlow([.silent, .holdingClients, .holdingServer].randomElement(using: &generator) ?? .silent)
            try await lasts(fault)
            // Whether the other end is still there, or the connection was given up somewhere on the way.
            if Bool.random(using: &generator) { forwarder.cut() }
            forwarder.setFlow(.open)
        default:
            forwarder.setDelay(milliseconds: Int.random(in: 5...300, using: &generator))
            try await lasts(fault)
            forwarder.setDelay(milliseconds: 0)
        }
    }
}
