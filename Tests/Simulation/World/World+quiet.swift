import CanonicalModel
import SyncStore

/// When everything that was begun is done.
extension World {
    /// Looks whether the schedule is over, from the time on at which people stop.
    func look() {
        after(5_000_000) { [unowned self] in
            if isQuiet() { turn() } else { look() }
        }
    }

    private func turn() {
        switch phase {
        case .working:
            phase = .repeating
            countsAtQuiet = (ourWrites, database.commandCount)
            settledAt = now
            for vendor in vendors {
                for native in vendor.objects.keys.sorted() { announce(native, of: vendor) }
            }
            look()
        case .repeating: phase = .quiet
        case .quiet, .stuck: break
        }
    }

    /// How often we have written to vendors.
    var ourWrites: Int { vendors.reduce(0) { $0 + $1.history.count { $0.author == .us } } }

    private func isQuiet() -> Bool {
        guard actionsLeft == 0, inFlight == 0 else { return false }
        guard schedule.faults.allSatisfy({ $0.isAtStep || $0.at + $0.duration < elapsed }) else {
            return false
        }
        guard processes.allSatisfy({ $0.isAlive && $0.sleepsUntil <= elapsed && $0.tasks.isEmpty }) else {
            return false
        }
        guard database.isSettled, queues.values.allSatisfy(\.isEmpty) else { return false }
        // Every search has been asked after all was there to be found; it is asked now where nothing else is left.
        let last = max(settledAt ?? Self.start, vendors.compactMap { $0.history.last?.at }.max() ?? Self.start)
        let waiting = vendors.filter { vendor in
            let asked = polledAt[vendor.profile.role] ?? Self.start
            return asked.microseconds <= last.microseconds + vendor.profile.indexLag
        }
        for vendor in waiting where now.microseconds > last.microseconds + vendor.profile.indexLag {
            poll(vendor.profile.role)
        }
        return waiting.isEmpty
    }

    /// What is not done, in words.
    var leftovers: String {
        var words = database.leftovers
        if actionsLeft > 0 { words.append("\(actionsLeft) actions") }
        if inFlight > 0 { words.append("\(inFlight) requests or messages on their way") }
        for process in processes where !process.tasks.isEmpty { words.append("\(process.name) is at work") }
        for (queue, messages) in queues where !messages.isEmpty { words.append("\(messages.count) in \(queue)") }
        return words.sorted().joined(separator: ", ")
    }
}
