import CanonicalModel
import SyncCore
import SyncStore

/// Whether anything is left to be done.
extension MemoryDatabase {
    var isSettled: Bool {
        dirty.isEmpty && parks.isEmpty && messages.values.allSatisfy { $0.status == .settled }
            && work.values.allSatisfy { $0.state == .done || $0.state == .dead }
            && intents.values.allSatisfy { rows in rows.allSatisfy { !$0.intent.isUnsettled } }
            && lateObjects.values.allSatisfy { !$0.isOpen }
    }

    var leftovers: [String] {
        var words: [String] = []
        for (key, row) in dirty { words.append("\(key.key) of \(key.connection) is to be read (\(row.marks) hints)") }
        for park in parks { words.append("\(park.waiter) waits for \(park.parent)") }
        for message in messages.values where message.status != .settled {
            words.append("the message \(message.id) to \(message.queue) is \(message.status)")
        }
        for (place, row) in work where row.state == .ready || row.state == .waiting {
            words.append("the \(place.entity.rawValue) of \(place.connection) is \(row.state)")
        }
        for rows in intents.values {
            for row in rows where row.intent.isUnsettled { words.append("the outcome of \(row.intent.key) is unknown") }
        }
        for row in lateObjects.values where row.isOpen { words.append("\(row.entry.key.native) is to be neutralised") }
        return words
    }
}
