/// What an examination of a silent queue has shown.
///
/// Pure. To delete a queue is right only where nothing can be lost by it, so each doubt speaks against it.
struct QueueEvidence {
    /// What became of an attempt to consume.
    enum Answer: Equatable {
        /// It was granted.
        case granted
        /// Nothing came in time.
        case silence
        /// It was refused.
        case refused(String)
    }

    /// A queue that does not count its messages within this time has the broker answer zero in its place, after 250
    /// milliseconds in RabbitMQ 3.10.
    static let promptly = Duration.milliseconds(200)

    /// What the broker counts in the queue.
    var depth: QueueDepth
    /// The shortest time that it took to count.
    var countedWithin: Duration
    /// The answer of the queue itself.
    var answer: Answer
    /// The answer of a fresh queue that is spread over every node of the cluster.
    var answerOfFresh: Answer

    /// What follows.
    var verdict: QueueVerdict {
        switch answer {
        case .granted: return .answers
        case .refused(let reason): return .unclear("the broker refuses to consume it: \(reason)")
        case .silence: break
        }
        // Without a majority of its nodes a queue is silent, and speaks again when they are back.
        switch answerOfFresh {
        case .granted: break
        case .silence: return .unclear("a fresh queue is silent too: nodes of the cluster may be down")
        case .refused(let reason):
            return .unclear("no fresh queue can be had, so nodes of the cluster may be down: \(reason)")
        }
        guard countedWithin < Self.promptly else { return .unclear("it is busy, perhaps with its recovery") }
        guard depth.messages == 0, depth.consumers == 0 else {
            return .unclear("it has \(depth.messages) messages and \(depth.consumers) consumers")
        }
        return .dead
    }
}

/// What is held of a silent queue.
enum QueueVerdict: Equatable {
    /// It answers again.
    case answers
    /// It is empty and will never answer.
    case dead
    /// It must be left alone, for this reason.
    case unclear(String)
}
