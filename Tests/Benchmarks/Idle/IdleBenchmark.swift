import Foundation
import SystemSupport

/// How soon each service is ready, and how much memory all of them take while nothing happens.
struct IdleBenchmark {
    let setup: BenchSetup
    private let rest = Duration.seconds(5)

    init(setup: BenchSetup) {
        self.setup = setup
    }

    func measure() async throws -> [Figure] {
        try await setup.withServers { servers in
            try await withSystem(on: servers) { system in
                var memory: [Double] = []
                var slowest: [Double] = []
                for _ in 0..<setup.rounds {
                    slowest.append(try await restartAll(system))
                    try await Task.sleep(for: rest)
                    memory.append(
                        try SystemService.allCases.reduce(0) { sum, service in
                            sum + (try proportionalSet(of: system.processID(of: service)))
                        })
                }
                return [Figure("idle.pss_mb", "MB", memory), Figure("ready.ms", "ms", slowest)]
            }
        }
    }

    /// Starts each service alone, and returns the longest time from its start until it says that it is ready.
    private func restartAll(_ system: RunningSystem) async throws -> Double {
        var slowest = 0.0
        for service in SystemService.allCases {
            try await system.kill(service, by: SIGTERM)
            guard let port = URLComponents(string: system.url(of: service))?.port else {
                throw BenchFailure("\(service) has no port")
            }
            let probe = ReadyProbe(port: UInt16(port))
            let start = ContinuousClock.now
            try await system.start(service)
            while !probe.isReady() {
                guard .now < start + .seconds(60) else { throw BenchFailure("\(service) does not get ready") }
                try await Task.sleep(for: .milliseconds(2), tolerance: .zero)
            }
            slowest = max(slowest, (ContinuousClock.now - start).inMilliseconds)
        }
        return slowest
    }

    /// The memory of a process, with its part of what it shares with others, in megabytes.
    private func proportionalSet(of process: Int32) throws -> Double {
        let text = try String(contentsOfFile: "/proc/\(process)/smaps_rollup", encoding: .utf8)
        guard let match = text.firstMatch(of: #/Pss: +([0-9]+) kB/#), let size = Double(match.1) else {
            throw BenchFailure("the kernel does not tell the memory of process \(process)")
        }
        return size / 1024
    }
}
