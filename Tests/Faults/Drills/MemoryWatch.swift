import Foundation
import SystemSupport

/// Notes how much memory each service takes at most.
actor MemoryWatch {
    private let system: RunningSystem
    private var peaks: [SystemService: Double] = [:]

    init(_ system: RunningSystem) {
        self.system = system
    }

    /// Looks once a second until it is cancelled.
    func run() async {
        while !Task.isCancelled {
            look()
            try? await Task.sleep(for: .seconds(1))
        }
    }

    /// The most since the last call, in megabytes; then begins anew.
    func takePeaks() -> [SystemService: Double] {
        look()
        defer { peaks = [:] }
        return peaks
    }

    private func look() {
        for service in SystemService.allCases where system.replicas(of: service) > 0 {
            guard let process = try? system.processID(of: service), let size = Self.residentSet(of: process) else {
                continue
            }
            peaks[service] = max(peaks[service] ?? 0, size)
        }
    }

    /// The memory that a process has in use, in megabytes.
    private static func residentSet(of process: Int32) -> Double? {
        guard let text = try? String(contentsOfFile: "/proc/\(process)/status", encoding: .utf8),
            let line = text.split(separator: "\n").first(where: { $0.hasPrefix("VmRSS:") }),
            let size = line.split(whereSeparator: \.isWhitespace).dropFirst().first.flatMap({ Double($0) })
        else { return nil }
        return size / 1024
    }
}
