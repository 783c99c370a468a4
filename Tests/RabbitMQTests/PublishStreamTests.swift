import Messaging
import RandomSupport
import Testing

@testable import RabbitMQ

@Suite("The stream of publishes")
struct PublishStreamTests {
    /// Keeps what each batch was answered.
    final class Answers {
        var outcomes: [Int: [PublishOutcome]] = [:]
        func completion(_ batch: Int) -> PublishStream.Completion {
            { [unowned self] outcomes in
                #expect(self.outcomes[batch] == nil, "batch \(batch) was answered twice")
                self.outcomes[batch] = outcomes
            }
        }
    }

    let start = ContinuousClock.now

    private func messages(_ ids: String...) -> [OutgoingMessage] {
        ids.map { OutgoingMessage(id: $0, exchange: "e", routingKey: "k", body: []) }
    }

    private func sendAll(_ stream: inout PublishStream) {
        while stream.next != nil { stream.didSend() }
    }

    @Test("Confirms one by one, together and out of order complete the batches in any order")
    func confirms() {
        let answers = Answers()
        var stream = PublishStream(window: 10)
        stream.submit(messages("a", "b", "c"), deadline: start, complete: answers.completion(1))
        stream.submit(messages("d"), deadline: start, complete: answers.completion(2))
        stream.submit([], deadline: start, complete: answers.completion(3))
        #expect(answers.outcomes == [3: []])
        sendAll(&stream)
        #expect(stream.inFlight == 4)
        stream.settled(tag: 4, multiple: false, .confirmed)
        #expect(answers.outcomes[2] == [.confirmed])
        stream.settled(tag: 2, multiple: false, .confirmed)
        stream.settled(tag: 3, multiple: true, .confirmed)
        #expect(answers.outcomes[1] == [.confirmed, .confirmed, .confirmed])
        #expect(stream.isIdle)
        // Tags that nobody knows do no harm.
        stream.settled(tag: 4, multiple: true, .refused)
        stream.settled(tag: 99, multiple: false, .refused)
        stream.settled(tag: 0, multiple: true, .refused)
    }

    @Test("A nack refuses exactly its publishes")
    func nack() {
        let answers = Answers()
        var stream = PublishStream(window: 10)
        stream.submit(messages("a", "b", "c", "d"), deadline: start, complete: answers.completion(1))
        sendAll(&stream)
        stream.settled(tag: 1, multiple: false, .confirmed)
        stream.settled(tag: 3, multiple: true, .refused)
        stream.settled(tag: 4, multiple: false, .confirmed)
        #expect(answers.outcomes[1] == [.confirmed, .refused, .refused, .confirmed])
    }

    @Test("A return fails the first publish of its id without one, also when it is confirmed with others")
    func returned() {
        let answers = Answers()
        var stream = PublishStream(window: 10)
        stream.submit(messages("same", "other", "same", "same"), deadline: start, complete: answers.completion(1))
        sendAll(&stream)
        stream.returned(id: "same", code: 312, reason: "NO_ROUTE")
        stream.returned(id: "same", code: 312, reason: "NO_ROUTE")
        stream.returned(id: "unknown", code: 312, reason: "NO_ROUTE")
        stream.settled(tag: 4, multiple: true, .confirmed)
        let returned = PublishOutcome.returned(code: 312, reason: "NO_ROUTE")
        #expect(answers.outcomes[1] == [returned, .confirmed, returned, .confirmed])
    }

    @Test("The window bounds what is sent, not what is accepted")
    func window() {
        let answers = Answers()
        var stream = PublishStream(window: 2)
        stream.submit(messages("a", "b", "c"), deadline: start, complete: answers.completion(1))
        sendAll(&stream)
        #expect(stream.inFlight == 2)
        #expect(stream.unsent == 1)
        stream.settled(tag: 1, multiple: false, .confirmed)
        #expect(stream.next?.id == "c")
    }

    @Test("A lost channel makes what was sent unknown and keeps what was not, with tags from 1 again")
    func channelLost() {
        let answers = Answers()
        var stream = PublishStream(window: 2)
        stream.submit(messages("a", "b", "c"), deadline: start, complete: answers.completion(1))
        stream.submit(messages("d"), deadline: start, complete: answers.completion(2))
        sendAll(&stream)
        stream.settled(tag: 1, multiple: false, .confirmed)
        stream.channelLost("closed")
        #expect(answers.outcomes.isEmpty)
        sendAll(&stream)
        stream.settled(tag: 2, multiple: true, .confirmed)
        #expect(answers.outcomes[1] == [.confirmed, .unknown("closed"), .confirmed])
        #expect(answers.outcomes[2] == [.confirmed])
    }

    @Test("At the deadline what has no answer is unknown, sent or not; late confirms change nothing")
    func expiry() {
        let answers = Answers()
        var stream = PublishStream(window: 2)
        stream.submit(messages("a", "b", "c"), deadline: start + .seconds(1), complete: answers.completion(1))
        stream.submit(messages("d"), deadline: start + .seconds(2), complete: answers.completion(2))
        sendAll(&stream)
        stream.settled(tag: 1, multiple: false, .confirmed)
        stream.expire(now: start + .milliseconds(999))
        #expect(answers.outcomes.isEmpty)
        #expect(stream.nextDeadline == start + .seconds(1))
        stream.expire(now: start + .seconds(1))
        let late = PublishOutcome.unknown("the broker gave no answer in time")
        #expect(answers.outcomes[1] == [.confirmed, late, late])
        #expect(stream.inFlight == 0)
        #expect(stream.nextDeadline == start + .seconds(2))
        #expect(stream.next?.id == "d")
        stream.didSend()
        // The confirm of "b" comes after all; the tags still agree.
        stream.settled(tag: 3, multiple: true, .confirmed)
        #expect(answers.outcomes[2] == [.confirmed])
        #expect(stream.nextDeadline == nil)
    }

    @Test("A return for an abandoned publish is not taken for the next attempt with the same id")
    func returnAfterExpiry() {
        let answers = Answers()
        var stream = PublishStream(window: 5)
        stream.submit(messages("same"), deadline: start, complete: answers.completion(1))
        sendAll(&stream)
        stream.expire(now: start)
        stream.submit(messages("same"), deadline: start + .seconds(9), complete: answers.completion(2))
        sendAll(&stream)
        stream.returned(id: "same", code: 312, reason: "NO_ROUTE")
        stream.settled(tag: 2, multiple: true, .confirmed)
        #expect(answers.outcomes[2] == [.confirmed])
    }

    @Test("A broker that never confirms is given up before the abandoned publishes pile up")
    func stuck() {
        let answers = Answers()
        var stream = PublishStream(window: 3)
        for batch in 0..<4 {
            stream.submit(messages("a", "b", "c"), deadline: start, complete: answers.completion(batch))
            sendAll(&stream)
            stream.expire(now: start)
            #expect(!stream.isStuck)
        }
        stream.submit(messages("a"), deadline: start, complete: answers.completion(9))
        sendAll(&stream)
        stream.expire(now: start)
        #expect(stream.isStuck)
        stream.channelLost("given up")
        #expect(!stream.isStuck)
    }

    /// A broker that answers at random, with every kind of answer, and remembers what it said of each message.
    @Test("Whatever the broker does, each batch is answered once, each message as the broker said", arguments: 0..<200)
    func anyOrder(_ seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let answers = Answers()
        var stream = PublishStream(window: Int.random(in: 1...8, using: &random))
        var expected: [String: PublishOutcome] = [:]
        var outstanding: [String] = []
        var settled: Set<Int> = []
        var submitted: [Int: [OutgoingMessage]] = [:]
        func settle(_ index: Int, _ outcome: PublishOutcome) {
            guard settled.insert(index).inserted else { return }
            if expected[outstanding[index]] == nil { expected[outstanding[index]] = outcome }
        }
        for step in 0..<120 {
            switch Int.random(in: 0..<7, using: &random) {
            case 0, 1:
                let batch = (0..<Int.random(in: 0...5, using: &random)).map { number in
                    OutgoingMessage(id: "\(step)-\(number)", exchange: "e", routingKey: "k", body: [])
                }
                submitted[step] = batch
                stream.submit(batch, deadline: start + .seconds(step), complete: answers.completion(step))
            case 2, 3:
                while let message = stream.next {
                    outstanding.append(message.id)
                    stream.didSend()
                }
            case 4:
                guard let tag = outstanding.indices.filter({ !settled.contains($0) }).randomElement(using: &random)
                else { continue }
                if Bool.random(using: &random) {
                    stream.returned(id: outstanding[tag], code: 312, reason: "")
                    if expected[outstanding[tag]] == nil {
                        expected[outstanding[tag]] = .returned(code: 312, reason: "")
                    }
                }
                let isMultiple = Bool.random(using: &random)
                let outcome = Bool.random(using: &random) ? PublishOutcome.confirmed : .refused
                for index in (isMultiple ? 0 : tag)...tag { settle(index, outcome) }
                stream.settled(tag: UInt64(tag + 1), multiple: isMultiple, outcome)
            case 5 where step % 5 == 0:
                for index in outstanding.indices { settle(index, .unknown("lost")) }
                stream.channelLost("lost")
                outstanding = []
                settled = []
            default:
                let due = submitted.filter { $0.key <= step - 60 && answers.outcomes[$0.key] == nil }
                for message in due.values.joined() where expected[message.id] == nil {
                    expected[message.id] = .unknown("the broker gave no answer in time")
                }
                stream.expire(now: start + .seconds(step - 60))
            }
        }
        for batch in submitted.values where !batch.isEmpty {
            for message in batch where expected[message.id] == nil { expected[message.id] = .unknown("end") }
        }
        stream.abandonAll("end")
        #expect(stream.isIdle)
        for (step, batch) in submitted {
            let wanted = batch.compactMap { expected[$0.id] }
            #expect(answers.outcomes[step] == wanted, "seed \(seed), batch \(step)")
        }
    }
}
