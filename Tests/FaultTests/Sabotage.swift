import RandomSupport
import SystemSupport
import Testing

/// Kills something three times in the middle of a story, each time while work of it is in flight.
///
/// The instants are counted in pieces of work seen, not in time: each comes after a random number of new ones.
struct Sabotage {
    /// How long a step may take: a queue that a kill has left dead is declared anew within a minute.
    static let patience = Duration.seconds(180)

    let system: RunningSystem
    let story: PlayedStory
    let scope: OpenWork.Scope
    /// At most so many new pieces of work are let pass before a kill.
    let stride: Int
    let seed: UInt64

    /// - Parameter kill: ends the victim; all services stand still meanwhile.
    /// - Parameter revive: starts it again, while all others go on.
    func run(
        kill: () async throws -> Void, revive: () async throws -> Void
    ) async throws {
        var generator = SeededGenerator(seed: seed)
        var seen: Set<String> = []
        for instant in 1...3 {
            let wanted = seen.count + Int.random(in: 1...stride, using: &generator)
            let open = try await eventually(
                "instant \(instant), seed \(seed)", within: Self.patience, every: .milliseconds(5)
            ) {
                () async throws -> [String]? in
                if story.hasEnded { return [] }
                seen.formUnion(try await OpenWork.pieces(scope, in: system))
                guard seen.count >= wanted else { return nil }
                return try await strike(kill)
            }
            try #require(
                !open.isEmpty, "the story ended before instant \(instant) (\(seen.count) of \(wanted)), seed \(seed)")
            print("killed after \(seen.count) pieces of work with \(open.count) open, seed \(seed)")
            try await revive()
        }
    }

    /// Kills where work is open; nil when all was just done.
    private func strike(_ kill: () async throws -> Void) async throws -> [String]? {
        try await system.frozen {
            let open = try await OpenWork.pieces(scope, in: system)
            guard !open.isEmpty else { return nil }
            try await kill()
            return open
        }
    }
}
