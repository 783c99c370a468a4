import Glibc
import SystemSupport

/// Starts each process of ours again once it has ended, unless a fault keeps it down: what a supervisor does.
actor Supervisor {
    /// One process, over its restarts.
    struct Process: Hashable, Sendable {
        let service: SystemService
        let replica: Int
    }

    private let system: RunningSystem
    private var held: [Process: Int] = [:]
    private var starting: Set<Process> = []
    private var variables: [Process: [String: String]] = [:]
    private var retries: [Process: (wait: Duration, next: ContinuousClock.Instant)] = [:]
    /// How often a process has ended without having been killed.
    private(set) var ownEnds: [SystemService: Int] = [:]

    init(_ system: RunningSystem) {
        self.system = system
    }

    nonisolated var processes: [Process] {
        SystemService.allCases.flatMap { service in
            (0..<system.replicas(of: service)).map { Process(service: service, replica: $0) }
        }
    }

    /// Watches until it is cancelled.
    func run() async {
        while !Task.isCancelled {
            for process in processes where held[process] == nil {
                guard system.hasEnded(process.service, replica: process.replica), mayStart(process) else { continue }
                ownEnds[process.service, default: 0] += 1
                await start(process)
            }
            try? await Task.sleep(for: .milliseconds(200))
        }
    }

    /// The wait before a start doubles each time, and is short again for a process that has run for a while.
    private func mayStart(_ process: Process) -> Bool {
        let last = retries[process]
        if let last, ContinuousClock.now < last.next { return false }
        let isFresh = last.map { ContinuousClock.now - $0.next > .seconds(15) } ?? true
        let wait = isFresh ? .milliseconds(500) : min((last?.wait ?? .zero) * 2, .seconds(8))
        retries[process] = (wait, .now + wait)
        return true
    }

    /// Kills processes and keeps them down while the body runs.
    func keepDown(
        _ processes: [Process], adding variables: [String: String] = [:], _ body: @Sendable () async throws -> Void
    ) async throws {
        for process in processes { held[process, default: 0] += 1 }
        for process in processes { system.send(SIGKILL, to: process.service, replica: process.replica) }
        let result: Result<Void, any Error>
        do { result = .success(try await body()) } catch { result = .failure(error) }
        for process in processes {
            held[process, default: 1] -= 1
            if held[process] == 0 { held[process] = nil }
            if !variables.isEmpty { self.variables[process] = variables }
            // A process that was told to die may need a moment for it.
            _ = try? await eventually("the end of \(process.service)", within: .seconds(5)) {
                system.hasEnded(process.service, replica: process.replica)
            }
            if held[process] == nil { await start(process) }
        }
        try result.get()
    }

    /// Leaves a process to somebody else, who starts it and lets it die.
    func leave(_ process: Process) { held[process, default: 0] += 1 }

    /// Takes a process back that was left, and runs it with nothing special in its environment.
    func takeBack(_ process: Process) async {
        held[process, default: 1] -= 1
        if held[process] == 0 { held[process] = nil }
        system.send(SIGKILL, to: process.service, replica: process.replica)
        _ = try? await eventually("the end of \(process.service)", within: .seconds(5)) {
            system.hasEnded(process.service, replica: process.replica)
        }
        await start(process)
    }

    /// From its next start on a process has nothing special in its environment.
    func forget(_ process: Process) { variables[process] = nil }

    /// Starts it, unless somebody else is about to: a second one would leave the first one to nobody.
    private func start(_ process: Process) async {
        guard system.hasEnded(process.service, replica: process.replica), starting.insert(process).inserted else {
            return
        }
        try? await system.start(
            process.service, replica: process.replica, adding: variables[process] ?? [:])
        starting.remove(process)
    }
}
