internal import Messaging

/// Orders publishes into one stream and ties the broker's words to them.
///
/// Pure: no socket, no clock.
///
/// The broker numbers the publishes of a channel from 1, and so do we. Batches are sent in the order in which they were
/// submitted; a batch is complete when each of its messages has an outcome.
struct PublishStream {
    typealias Completion = ([PublishOutcome]) -> Void

    /// One batch on its way.
    final class Ticket {
        fileprivate(set) var messages: [OutgoingMessage]
        fileprivate let deadline: ContinuousClock.Instant
        fileprivate var outcomes: [PublishOutcome]
        fileprivate var open: Int
        fileprivate var nextToSend = 0
        fileprivate var isExpired = false
        fileprivate let complete: Completion

        fileprivate init(
            _ messages: [OutgoingMessage], deadline: ContinuousClock.Instant, complete: @escaping Completion
        ) {
            self.messages = messages
            self.deadline = deadline
            self.complete = complete
            open = messages.count
            outcomes = Array(repeating: .confirmed, count: messages.count)
        }

        /// Answers, and frees the messages: later confirms may keep the ticket itself alive for long.
        fileprivate func finish() {
            messages = []
            complete(outcomes)
        }

        /// Whether somebody still waits for its outcome.
        fileprivate var isOpen: Bool { open > 0 && !isExpired }

        fileprivate func settle(_ index: Int, _ outcome: PublishOutcome) {
            guard !isExpired else { return }
            outcomes[index] = outcome
            open -= 1
            if open == 0 { finish() }
        }
    }

    private struct Sent {
        let ticket: Ticket
        let index: Int
        let id: String
        var returned: PublishOutcome?
        var isSettled = false
    }

    private let window: Int
    private var waiting = Fifo<Ticket>()
    private var sent = Fifo<Sent>()
    private var firstTag: UInt64 = 1
    /// Sent, not settled, and given up by its caller.
    private var abandoned = 0

    init(window: Int) {
        self.window = max(1, window)
    }

    /// Messages sent whose outcome somebody still waits for.
    private(set) var inFlight = 0

    /// Messages not sent yet.
    private(set) var unsent = 0

    var isIdle: Bool { unsent == 0 && inFlight == 0 }

    /// Whether the channel should be given up, to bound what we keep of it: the broker owes too many confirms that
    /// nobody waits for any more, or too much has been settled behind one that it owes.
    var isStuck: Bool { abandoned > 4 * window || sent.count > 64 * window }

    mutating func submit(
        _ messages: [OutgoingMessage], deadline: ContinuousClock.Instant, complete: @escaping Completion
    ) {
        guard !messages.isEmpty else { return complete([]) }
        unsent += messages.count
        waiting.append(Ticket(messages, deadline: deadline, complete: complete))
    }

    /// The next message to send, if the window has room; follow with `didSend` or `settleNext`.
    var next: OutgoingMessage? {
        guard inFlight < window, let ticket = waiting.first else { return nil }
        return ticket.messages[ticket.nextToSend]
    }

    /// The next message is on its way; it has the next tag.
    mutating func didSend() {
        guard let (ticket, index) = advance() else { return }
        sent.append(Sent(ticket: ticket, index: index, id: ticket.messages[index].id))
        inFlight += 1
    }

    /// The next message will not be sent.
    mutating func settleNext(_ outcome: PublishOutcome) {
        guard let (ticket, index) = advance() else { return }
        ticket.settle(index, outcome)
    }

    private mutating func advance() -> (Ticket, Int)? {
        guard let ticket = waiting.first else { return nil }
        let index = ticket.nextToSend
        ticket.nextToSend += 1
        unsent -= 1
        if ticket.nextToSend == ticket.messages.count { waiting.popFirst() }
        return (ticket, index)
    }

    /// The broker has settled one tag, or all up to it.
    mutating func settled(tag: UInt64, multiple: Bool, _ outcome: PublishOutcome) {
        guard tag >= firstTag, tag - firstTag < UInt64(sent.count) else { return }
        let last = Int(tag - firstTag)
        for index in (multiple ? 0 : last)...last { settle(index, outcome) }
        while let head = sent.first, head.isSettled {
            sent.popFirst()
            firstTag += 1
        }
    }

    private mutating func settle(_ index: Int, _ outcome: PublishOutcome) {
        let entry = sent[index]
        guard !entry.isSettled else { return }
        sent[index].isSettled = true
        if entry.ticket.isExpired { abandoned -= 1 } else { inFlight -= 1 }
        // A returned message is confirmed as well: the broker has done all there was to do.
        entry.ticket.settle(entry.index, entry.returned ?? outcome)
    }

    /// The broker has sent a message back; its confirm is still to come.
    ///
    /// Returns come in the order of their publishes, so of several with one id it is the first without a return.
    mutating func returned(id: String, code: Int, reason: String) {
        for index in 0..<sent.count where sent[index].id == id {
            guard !sent[index].isSettled, sent[index].returned == nil else { continue }
            sent[index].returned = .returned(code: code, reason: reason)
            return
        }
    }

    /// The channel is gone: what was sent and not settled is unknown; what was not sent stays.
    mutating func channelLost(_ reason: String) {
        for index in 0..<sent.count {
            let entry = sent[index]
            if !entry.isSettled { entry.ticket.settle(entry.index, entry.returned ?? .unknown(reason)) }
        }
        sent.removeAll()
        firstTag = 1
        abandoned = 0
        inFlight = 0
    }

    /// When the first batch gives up; nil when none waits.
    var nextDeadline: ContinuousClock.Instant? {
        // All batches have the same patience, so the oldest expires first.
        for index in 0..<sent.count where sent[index].ticket.isOpen { return sent[index].ticket.deadline }
        return waiting.first?.deadline
    }

    /// Gives up the batches whose time is over: what has no outcome by now is unknown.
    mutating func expire(now: ContinuousClock.Instant) {
        guard let deadline = nextDeadline, deadline <= now else { return }
        expire("the broker gave no answer in time") { $0 <= now }
    }

    /// Gives up everything.
    mutating func abandonAll(_ reason: String) {
        expire(reason) { _ in true }
    }

    private mutating func expire(_ reason: String, where isDue: (ContinuousClock.Instant) -> Bool) {
        var due: [Ticket] = []
        func note(_ ticket: Ticket) {
            if ticket.isOpen, isDue(ticket.deadline), due.last !== ticket { due.append(ticket) }
        }
        for index in 0..<sent.count {
            let entry = sent[index]
            note(entry.ticket)
            guard !entry.isSettled, entry.ticket.isOpen, isDue(entry.ticket.deadline) else { continue }
            inFlight -= 1
            abandoned += 1
            entry.ticket.outcomes[entry.index] = entry.returned ?? .unknown(reason)
        }
        var later = Fifo<Ticket>()
        while let ticket = waiting.popFirst() {
            note(ticket)
            guard isDue(ticket.deadline) else {
                later.append(ticket)
                continue
            }
            unsent -= ticket.messages.count - ticket.nextToSend
            for index in ticket.nextToSend..<ticket.messages.count { ticket.outcomes[index] = .unknown(reason) }
        }
        waiting = later
        for ticket in due {
            ticket.isExpired = true
            ticket.finish()
        }
    }
}
