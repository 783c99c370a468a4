import ArgumentParser
import CanonicalModel
import Foundation
import Operations

/// Shows how a replay goes, a line for each change.
struct ReplayProgress {
    private let operations: ReplayOperations
    private let json: Bool
    /// After so many looks, a second apart, at a replay that has not begun, its operator gets a hint.
    private static let patience = 15

    init(_ operations: ReplayOperations, json: Bool) {
        self.operations = operations
        self.json = json
    }

    /// Returns when it is over and every letter has ended well; else the exit code is 1.
    func show(until id: CanonicalID) async throws {
        var last = ""
        var looks = 0
        while true {
            guard let replay = try await operations.show(id) else {
                throw OperationFailure("there is no replay \(id)")
            }
            let line = json ? replay.json.jsonText : replay.line
            if line != last { print(line) }
            last = line
            if replay.isResting {
                if !json, !replay.isGood { print(replay.text) }
                if !replay.isGood { throw ExitCode.failure }
                return
            }
            looks += 1
            if looks == Self.patience, !replay.hasBegun {
                let hint = "plumbline: nothing has begun yet: see that a reconciler runs, and what its log says\n"
                FileHandle.standardError.write(Data(hint.utf8))
            }
            try await Task.sleep(for: .seconds(1))
        }
    }
}
