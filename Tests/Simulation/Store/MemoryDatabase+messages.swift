public import CanonicalModel
public import SyncStore

/// The table that is outbox and inbox in one.
extension MemoryDatabase {
    func insert(_ messages: some Sequence<MemoryMessage>) {
        for message in messages { self.messages[message.id] = message }
    }

    /// Settles deliveries; those that were settled before, wait parked, or are of an older generation have no effect.
    func settle(_ keys: [MessageKey]) -> Set<CanonicalID> {
        var settled: Set<CanonicalID> = []
        for key in keys {
            guard let message = messages[key.id], message.generation == key.generation else { continue }
            guard message.isOpen || omitted.contains(.deduplication) else { continue }
            messages[key.id]?.status = .settled
            settled.insert(key.id)
        }
        return settled
    }

    /// Takes in a message that has no row, as settled.
    ///
    /// - Returns: false for one that has.
    func acceptForeign(_ message: MemoryMessage) -> Bool {
        guard messages[message.id] == nil else { return false }
        var message = message
        message.status = .settled
        messages[message.id] = message
        return true
    }

    func park(settled keys: [MessageKey]) {
        for key in keys where messages[key.id]?.generation == key.generation {
            guard messages[key.id]?.status == .settled else { continue }
            messages[key.id]?.status = .parked
        }
    }

    /// Opens a parked message again.
    func unpark(_ id: CanonicalID) -> Bool {
        guard messages[id]?.status == .parked else { return false }
        messages[id]?.status = .pending
        messages[id]?.generation += 1
        messages[id]?.publications = 0
        messages[id]?.leaseUntil = now
        return true
    }

    // MARK: The relay

    /// Marks confirmed messages as published, unless their consumer was quicker.
    public func markPublished(_ keys: [MessageKey], patience: Duration) {
        for key in keys {
            guard let message = messages[key.id], message.generation == key.generation, message.status == .pending
            else { continue }
            messages[key.id]?.status = .published
            messages[key.id]?.leaseUntil = now.advanced(by: patience * (1 << min(message.publications, 16)))
        }
    }

    /// Leases due messages to a relay, oldest first.
    public func claimMessages(lease: Duration, patience: Duration) -> [MemoryMessage] {
        guard !omitted.contains(.republication) else { return [] }
        let due = messages.values.filter { $0.isOpen && $0.leaseUntil < now }.sorted { $0.id < $1.id }
        return due.map { self.lease($0, lease, patience) }
    }

    /// Leases messages that were opened again.
    public func claimMessages(
        _ ids: some Sequence<CanonicalID>, lease: Duration, patience: Duration
    ) -> [MemoryMessage] {
        ids.sorted().compactMap { messages[$0] }.filter { $0.isOpen && $0.leaseUntil <= now }.map {
            self.lease($0, lease, patience)
        }
    }

    private func lease(_ message: MemoryMessage, _ lease: Duration, _ patience: Duration) -> MemoryMessage {
        let times = message.publications
        messages[message.id]?.publications = times + 1
        let wait = message.status == .pending ? lease * (1 << min(times, 16)) : patience * (1 << min(times + 1, 16))
        messages[message.id]?.leaseUntil = now.advanced(by: wait)
        return message
    }

    /// Makes what was confirmed and not settled due at once, since the broker has lost the queue.
    public func queueWasLost(_ queue: MemoryMessage.Queue) {
        guard !omitted.contains(.republication) else { return }
        for message in messages.values where message.queue == queue && message.status == .published {
            messages[message.id]?.leaseUntil = Instant(microseconds: now.microseconds - 1)
            messages[message.id]?.publications = 0
        }
    }

    /// Whether a message is not settled and nobody holds it.
    public var hasDueMessages: Bool { messages.values.contains { $0.isOpen && $0.leaseUntil < now } }

    /// How many messages are not settled.
    public var openMessageCount: Int { messages.values.count { $0.status != .settled } }

    /// How a message stands, in words; nil for one that has no row.
    public func standing(of id: CanonicalID) -> String? { messages[id].map { "\($0.status)" } }
}
