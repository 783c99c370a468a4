import CanonicalModel
import SyncStore

/// What opening some letters again means: pure.
struct ReplayBatch: Sendable {
    /// An object that is to be read again.
    struct Object: Sendable, Hashable {
        var connection: ConnectionID
        var native: NativeReference
        var correlation: CanonicalID?
    }

    private let next: [Replays.Next]
    /// Work that is opened again.
    private(set) var work: [WorkTable.Replayed] = []
    /// Messages that are opened again, each with its letter.
    private(set) var messages: [(message: StoredMessage, letter: CanonicalID)] = []
    /// Objects that are marked.
    private(set) var objects: [Object] = []

    init(_ next: [Replays.Next]) {
        self.next = next
        for one in next where one.isOurs {
            let letter = one.letter
            switch letter.source {
            case .work:
                guard let place = letter.place else { continue }
                var correction: WorkTable.Replayed.Correction?
                if one.isEdited, let command = try? CommandCoding.decode(letter.payload) {
                    correction = .init(command.id, body: letter.payload)
                }
                work.append(WorkTable.Replayed(place, correction: correction))
            case .event, .broker:
                guard let id = letter.message, let queue = letter.queue else { continue }
                messages.append(
                    (
                        StoredMessage(
                            id: id, queue: queue, exchange: "", routingKey: queue, body: letter.payload,
                            generation: letter.generation), letter.id
                    ))
            case .read:
                guard let connection = letter.connection, let native = letter.native else { continue }
                objects.append(Object(connection: connection, native: native, correlation: letter.correlation))
            case .webhook: continue
            }
        }
    }

    /// The letters that are opened.
    ///
    /// - Parameter hasWork: whether a place has work.
    func letters(hasWork: (Place) -> Bool) -> [Replays.Next] {
        next.filter { fault(of: $0, hasWork: hasWork) == nil }
    }

    /// The letters that are left out, with the reason.
    func leftOut(hasWork: (Place) -> Bool) -> [(letter: CanonicalID, words: String)] {
        next.compactMap { one in fault(of: one, hasWork: hasWork).map { (one.letter.id, $0) } }
    }

    private func fault(of one: Replays.Next, hasWork: (Place) -> Bool) -> String? {
        let letter = one.letter
        guard one.isOurs else { return "it had ended before its turn" }
        switch letter.source {
        case .work: return letter.place.map(hasWork) == true ? nil : "its work is gone"
        case .event, .broker:
            return letter.message != nil && letter.queue != nil ? nil : "nobody knows for which queue it was"
        case .read: return letter.connection != nil && letter.native != nil ? nil : "nobody knows which object it was"
        case .webhook: return letter.connection != nil ? nil : "nobody knows whose webhook it was"
        }
    }
}

extension DeadLetters.Letter {
    /// The work that the letter is about.
    fileprivate var place: Place? {
        guard let record, let connection, let entity else { return nil }
        return Place(record: record, connection: connection, entity: entity)
    }
}
