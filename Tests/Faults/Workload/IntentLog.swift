import Foundation
import Synchronization

/// Keeps the intents, in memory and in a file that is written before each action.
final class IntentLog: Sendable {
    private let intents = Mutex<[Intent]>([])
    private let file: FileHandle

    init(_ url: URL) throws {
        _ = FileManager.default.createFile(atPath: url.path(), contents: nil)
        file = try FileHandle(forWritingTo: url)
    }

    var all: [Intent] { intents.withLock(\.self) }

    /// Writes down what is about to be done.
    ///
    /// - Parameter make: gets the number, of which the mark is made.
    func begin(_ make: (Int) -> Intent) throws -> Intent {
        try intents.withLock { intents in
            let intent = make(intents.count)
            intents.append(intent)
            try write(intent)
            return intent
        }
    }

    /// Notes what became of it.
    func end(_ intent: Intent, _ outcome: Intent.Outcome) throws {
        try intents.withLock { intents in
            intents[intent.number].outcome = outcome
            try write(intents[intent.number])
        }
    }

    private func write(_ intent: Intent) throws {
        try file.write(contentsOf: JSONEncoder().encode(intent) + Data("\n".utf8))
    }
}
