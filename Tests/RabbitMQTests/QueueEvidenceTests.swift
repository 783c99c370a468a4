import Testing

@testable import RabbitMQ

@Suite("The examination of a silent queue")
struct QueueEvidenceTests {
    /// What a queue shows that a kill has left without a leader.
    private let dead = QueueEvidence(
        depth: QueueDepth(), countedWithin: .milliseconds(2), answer: .silence, answerOfFresh: .granted)

    @Test("A silent queue that is empty, prompt and alone in its silence is dead")
    func isDead() {
        #expect(dead.verdict == .dead)
    }

    @Test("A queue that answers at last is left alone, whatever else was seen")
    func answers() {
        var evidence = dead
        evidence.answer = .granted
        #expect(evidence.verdict == .answers)
        evidence.answerOfFresh = .silence
        #expect(evidence.verdict == .answers)
    }

    @Test("Each doubt leaves the queue alone and says why")
    func doubts() {
        let doubts: [(String, (inout QueueEvidence) -> Void)] = [
            ("nodes of the cluster may be down", { $0.answerOfFresh = .silence }),
            ("cluster_not_formed", { $0.answerOfFresh = .refused("cluster_not_formed") }),
            ("it is busy", { $0.countedWithin = QueueEvidence.promptly }),
            ("it has 1 messages", { $0.depth.messages = 1 }),
            ("and 1 consumers", { $0.depth.consumers = 1 }),
            ("access_refused", { $0.answer = .refused("access_refused") }),
            ("does not answer either", { $0.answerOfFresh = .turnedAway }),
        ]
        for (reason, change) in doubts {
            var evidence = dead
            change(&evidence)
            guard case .unclear(let told) = evidence.verdict else {
                Issue.record("\(evidence) is judged as \(evidence.verdict)")
                continue
            }
            #expect(told.contains(reason))
        }
    }

    @Test("A queue without a process is dead once two examinations have found it so, and none has a doubt")
    func withoutProcess() {
        var evidence = dead
        evidence.answer = .turnedAway
        #expect(evidence.verdict == .withoutProcess)
        evidence.turnedAwayBefore = 1
        #expect(evidence.verdict == .dead)
        evidence.depth.messages = 1
        #expect(evidence.verdict != .dead)
    }

    @Test("Two failures in a row make a queue suspect; an answer or an examination ends the count")
    func silence() {
        var silence = QueueSilence()
        silence.failed()
        #expect(!silence.isSuspect)
        silence.end()
        silence.failed()
        #expect(!silence.isSuspect)
        silence.failed()
        #expect(silence.isSuspect)
        silence.end()
        #expect(!silence.isSuspect)
    }
}
