import CanonicalModel

/// What visits and time sheets say of a job; Jobber's own status changes with the clock and says too little.
struct JobberJobState {
    private let createdAt: Instant?
    private let completedAt: Instant?
    private let visits: [JSONValue]
    private let entries: [JSONValue]

    init(_ job: JSONValue) {
        createdAt = JobberObject.instant(job["createdAt"])
        completedAt = JobberObject.instant(job["completedAt"])
        visits = job["visits"]["nodes"].array ?? []
        entries = job["timeSheetEntries"]["nodes"].array ?? []
    }

    private var scheduled: [JSONValue] { visits.filter { JobberObject.instant($0["startAt"]) != nil } }

    /// The visit that comes next: the earliest that is not done; the latest where all are done.
    var visit: JSONValue? {
        let open = scheduled.filter { !Self.isComplete($0) }
        return open.min { Self.start($0) < Self.start($1) } ?? scheduled.max { Self.start($0) < Self.start($1) }
    }

    private var startedAt: Instant? {
        let begun =
            entries.compactMap { JobberObject.instant($0["startAt"]) }
            + visits.compactMap { JobberObject.instant($0["completedAt"]) }
        return begun.min()
    }

    var status: String {
        if completedAt != nil { return "completed" }
        if startedAt != nil { return "started" }
        return scheduled.isEmpty ? "unscheduled" : "scheduled"
    }

    /// The steps so far, in the order of the work; each not before the one that it follows.
    var history: [StatusStep] {
        let scheduledAt = scheduled.compactMap { JobberObject.instant($0["createdAt"]) }.min()
        let steps = [
            ("unscheduled", createdAt), ("scheduled", scheduledAt), ("started", startedAt), ("completed", completedAt),
        ]
        var history: [StatusStep] = []
        for case (let status, let at?) in steps {
            history.append(StatusStep(status, at: max(at, history.last?.at ?? at)))
        }
        return history
    }

    /// The hours of all time sheet entries that are over, to hundredths.
    var hours: Quantity {
        let seconds = entries.filter { $0["ticking"].bool != true }.reduce(Int64(0)) { sum, entry in
            sum + max(0, entry["finalDuration"].int ?? 0)
        }
        return Quantity(mantissa: (seconds * 100 + 1800) / 3600, scale: 2)
    }

    static func isComplete(_ visit: JSONValue) -> Bool {
        visit["isComplete"].bool == true || JobberObject.instant(visit["completedAt"]) != nil
    }

    private static func start(_ visit: JSONValue) -> Instant {
        JobberObject.instant(visit["startAt"]) ?? Instant(seconds: 0)
    }
}
