public import CanonicalModel

/// A letter that a replay has opened, with what its rows say now; and what follows from that.
///
/// Pure.
public struct ReplayedLetter: Sendable, Hashable {
    /// What the letter opened again.
    public enum Subject: Sendable, Hashable {
        /// Work of a connection, in its state's word; nil where there is none.
        case work(state: String?)
        /// A message, in its row's status; nil where the row has left.
        case message(status: Int?)
        /// An object that is to be read; whether it still is.
        case read(isDirty: Bool)
        /// A webhook, which its adapter takes in once more.
        case webhook
    }

    /// How the letter stands: the words of its row.
    public var state: String
    /// Whether it is still of this replay.
    public var isOurs: Bool
    /// What it opened.
    public var subject: Subject
    /// Another open letter that came of the same thing since.
    public var successor: CanonicalID?

    /// Takes the parts.
    public init(state: String, isOurs: Bool, subject: Subject, successor: CanonicalID? = nil) {
        self.state = state
        self.isOurs = isOurs
        self.subject = subject
        self.successor = successor
    }

    /// How the item of the replay ends.
    public struct Ending: Sendable, Hashable {
        /// Whether that is good or bad.
        public enum Result: String, Sendable {
            /// It was done.
            case succeeded
            /// It failed again.
            case failed
            /// It was not tried, or waits by itself.
            case skipped
        }

        /// Good or bad.
        public var result: Result
        /// Why, in words.
        public var words: String
        /// How the letter shall stand from now on; nil where it stands so.
        public var state: String?
    }

    /// How the item ends; nil while it is under way.
    public var ending: Ending? {
        guard isOurs else { return Ending(result: .skipped, words: "another replay has taken it") }
        switch state {
        case "replayed": return Ending(result: .succeeded, words: "done")
        case "resolved": return Ending(result: .succeeded, words: "something newer has done it")
        case "archived": return Ending(result: .skipped, words: "it was archived meanwhile")
        case "open": return Ending(result: .failed, words: "it failed again in the same way")
        default: break
        }
        if let successor {
            return Ending(
                result: .failed, words: "it failed again in another way: letter \(successor)", state: "resolved")
        }
        switch subject {
        case .work(let state): return ending(ofWork: state)
        case .message(.some(let status)) where status < 2: return nil
        case .message(.some(3)): return Ending(result: .succeeded, words: "it waits for a link", state: "replayed")
        case .message: return Ending(result: .succeeded, words: "its consumer has taken it", state: "replayed")
        case .read(let isDirty):
            return isDirty ? nil : Ending(result: .succeeded, words: "the object was read", state: "replayed")
        case .webhook: return nil
        }
    }

    private func ending(ofWork state: String?) -> Ending? {
        switch state {
        case "ready": nil
        // Once what it waits for is there, the work goes on and closes the letter.
        case "waiting": Ending(result: .skipped, words: "its work waits for a parent", state: "open")
        case "dead": Ending(result: .failed, words: "its work was given up again", state: "open")
        case "done": Ending(result: .skipped, words: "its work ended with nothing sent", state: "open")
        default: Ending(result: .skipped, words: "its work is gone", state: "open")
        }
    }
}
