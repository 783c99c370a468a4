/// Smaller schedules that fail in the same way.
extension Simulation {
    /// Takes actions and faults out of a schedule that fails, as long as it goes on breaking one of the same promises.
    ///
    /// - Returns: the smallest that was found: without any one of its parts it does not fail any more, or fails otherwise.
    public func shrink(_ schedule: Schedule) -> Schedule {
        let broken = Set(play(schedule).violations.map(\.invariant))
        guard !broken.isEmpty else { return schedule }
        func fails(_ candidate: Schedule) -> Bool {
            play(candidate).violations.contains { broken.contains($0.invariant) }
        }
        var smallest = schedule
        var isSmaller = true
        while isSmaller {
            let before = smallest
            // A record with all that is done to it is the largest part that can go.
            for record in 0..<Schedule.records {
                var candidate = smallest
                candidate.actions.removeAll { $0.record == record }
                if candidate.actions.count < smallest.actions.count, fails(candidate) { smallest = candidate }
            }
            smallest.faults = Self.reduce(smallest.faults) { faults in
                fails(Schedule(seed: smallest.seed, actions: smallest.actions, faults: faults))
            }
            smallest.actions = Self.reduce(smallest.actions) { actions in
                fails(Schedule(seed: smallest.seed, actions: actions, faults: smallest.faults))
            }
            isSmaller = smallest != before
        }
        return smallest
    }

    /// Takes out halves, then quarters, down to single parts.
    private static func reduce<Part>(_ parts: [Part], _ fails: ([Part]) -> Bool) -> [Part] {
        var parts = parts
        var size = max(parts.count / 2, 1)
        while !parts.isEmpty {
            var start = 0
            while start < parts.count {
                var candidate = parts
                candidate.removeSubrange(start..<min(start + size, parts.count))
                if fails(candidate) { parts = candidate } else { start += size }
            }
            if size == 1 { break }
            size = max(size / 2, 1)
        }
        return parts
    }
}
