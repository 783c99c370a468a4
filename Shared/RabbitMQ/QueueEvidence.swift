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
        /// The broker ended the connection, as it does where a queue has no process on its node.
        case turnedAway
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
    /// How many examinations in a row have found the queue without a process before this one.
    var turnedAwayBefore = 0

    /// A broker starts the processes of its queues before it lets anybody in, and not again later: what is without one
    /// at two examinations stays so.
    static let patienceWithoutProcess = 1

    /// What follows.
    var verdict: QueueVerdict {
        switch answer {
        case .granted: return .answers
        case .refused(let reason): return .unclear("the broker refuses to consume it: \(reason)")
        case .silence, .turnedAway: break
        }
        // Without a majority of its nodes a queue is silent, and speaks again when they are back.
        switch answerOfFresh {
        case .granted: break
        case .silence, .turnedAway:
            return .unclear("a fresh queue does not answer either: nodes of the cluster may be down")
        case .refused(let reason):
            return .unclear("no fresh queue can be had, so nodes of the cluster may be down: \(reason)")
        }
        guard countedWithin < Self.promptly else { return .unclear("it is busy, perhaps with its recovery") }
        guard depth.messages == 0, depth.consumers == 0 else {
            return .unclear("it has \(depth.messages) messages and \(depth.consumers) consumers")
        }
        return answer == .turnedAway && turnedAwayBefore < Self.patienceWithoutProcess ? .withoutProcess : .dead
    }
}

/// What is held of a silent queue.
enum QueueVerdict: Equatable {
    /// It answers again.
    case answers
    /// It will never answer, and nothing that the broker can count is in it.
    case dead
    /// It has no process on its node: dead, if the next examination finds the same.
    case withoutProcess
    /// It must be left alone, for this reason.
    case unclear(String)
}
