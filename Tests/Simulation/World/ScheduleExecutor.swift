/// Runs the tasks of one schedule on the thread that plays it, in the order in which they can go on.
final class ScheduleExecutor: TaskExecutor, @unchecked Sendable {
    private var ready: [UnownedJob] = []
    private var next = 0

    func enqueue(_ job: consuming ExecutorJob) {
        ready.append(UnownedJob(job))
    }

    /// Runs until every task waits for something.
    func drain() {
        while next < ready.count {
            let job = ready[next]
            next += 1
            job.runSynchronously(on: asUnownedTaskExecutor())
        }
        ready.removeAll(keepingCapacity: true)
        next = 0
    }
}
