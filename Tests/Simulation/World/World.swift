import CanonicalModel
import RandomSupport
import SyncCore
import SyncPolicy
import SyncStore

/// One schedule being played: three vendors, a broker, a database and six services under one clock.
final class World {
    let schedule: Schedule
    let policy: SourceOfTruth
    let database: MemoryDatabase
    let vendors: [SimulatedVendor]
    let processes: [ServiceProcess]
    let executor = ScheduleExecutor()
    var random: SeededGenerator
    var timeline = Timeline()
    private(set) var now: Instant
    /// What waits in queues.
    var queues: [MemoryMessage.Queue: [MemoryMessage]] = [:]
    /// Counts how often the broker has lost everything.
    var wipes = 0
    /// What is on its way to vendors, from them, or to the broker.
    var inFlight = 0
    /// What each action found and did.
    var deeds: [Deed] = []
    var actionsLeft = 0
    /// When each role's changes were asked for last.
    var askedAt: [Role: Instant] = [:]
    /// When the last question was asked that was answered.
    var polledAt: [Role: Instant] = [:]
    /// What had been written and wanted when all was quiet for the first time.
    var countsAtQuiet: (writes: Int, commands: Int)?
    /// From when on the last quiet is waited for.
    var settledAt: Instant?
    var phase = Phase.working
    /// What went wrong in services in a way that nothing provides for.
    var failures: [String] = []
    var nextTask: UInt64 = 0
    var isOver = false
    /// How much has happened.
    private(set) var happenings = 0

    /// How far the schedule has come.
    enum Phase: Equatable {
        case working
        /// All was quiet; everything is announced once more.
        case repeating
        case quiet
        /// Something is never done.
        case stuck(String)
    }

    static let start = Instant(seconds: 1_772_000_000)
    /// By then everything is done, or never will be.
    private static let horizon: Int64 = 6 * 3600 * 1_000_000
    /// More happenings than any schedule needs that comes to an end.
    private static let patience = 400_000

    init(_ schedule: Schedule, policy: SourceOfTruth, omitting omitted: Set<Omission>) {
        self.schedule = schedule
        self.policy = policy
        random = SeededGenerator(seed: schedule.seed ^ 0x51A1_0000)
        now = Self.start
        let counter = IDCounter(SeededGenerator(seed: schedule.seed))
        ids = IDSource { counter.next($0) }
        database = MemoryDatabase(now: now, ids: ids, omitting: omitted)
        vendors = Role.allCases.map { SimulatedVendor(VendorProfile.of($0)) }
        processes =
            [ServiceProcess.Kind.router, .adapter(.crm), .adapter(.fsm), .adapter(.ledger)].flatMap { kind in
                (0..<2).map { ServiceProcess(kind, replica: $0) }
            }
    }

    let ids: IDSource

    func vendor(_ role: Role) -> SimulatedVendor { vendors.first { $0.profile.role == role }! }

    /// Microseconds since the start.
    var elapsed: Int64 { now.microseconds - Self.start.microseconds }

    // MARK: Time

    func after(_ microseconds: Int64, _ body: @escaping () -> Void) {
        timeline.add(.event(body), at: elapsed + microseconds)
    }

    /// Something that must have happened before all is quiet.
    func pending(after microseconds: Int64, _ body: @escaping () -> Void) {
        inFlight += 1
        after(microseconds) {
            self.inFlight -= 1
            body()
        }
    }

    /// Plays the schedule to its end.
    func play() {
        begin()
        while let entry = timeline.next() {
            advance(to: entry.time)
            switch entry.happening {
            case .event(let body): body()
            case .step(let waiter): goOn(waiter)
            }
            executor.drain()
            happenings += 1
            if phase == .quiet { break }
            if elapsed > Self.horizon { phase = .stuck(leftovers) }
            if happenings > Self.patience { phase = .stuck("it never ends; " + leftovers) }
            if case .stuck = phase { break }
        }
        end()
    }

    private func advance(to time: Int64) {
        now = Instant(microseconds: Self.start.microseconds + time)
        database.now = now
    }

    /// Ends every task that still waits.
    private func end() {
        isOver = true
        for process in processes { for task in process.tasks.values { task.cancel() } }
        executor.drain()
        while let entry = timeline.next() {
            if case .step(let waiter) = entry.happening { waiter.fail(ProcessDied()) }
            executor.drain()
        }
        // The loops hold sessions that hold the world.
        for process in processes {
            process.adapter = nil
            process.router = nil
            process.tasks = [:]
        }
    }

    // MARK: Steps of services

    /// One step of a process on its way to something, in which it may die or be stopped.
    func step(
        _ process: ServiceProcess, _ incarnation: Int, within time: ClosedRange<Int64>
    ) async throws {
        process.steps += 1
        killAtStep(process)
        guard !isOver, process.incarnation == incarnation else { throw ProcessDied() }
        let time = random.draw(time)
        try await withUnsafeThrowingContinuation { continuation in
            timeline.add(.step(Waiter(process, incarnation, continuation)), at: elapsed + time)
        }
    }

    /// Waits, unless the task is cancelled meanwhile.
    func pause(_ process: ServiceProcess, _ incarnation: Int, for time: Int64) async throws {
        guard !isOver, process.incarnation == incarnation, !Task.isCancelled else { throw ProcessDied() }
        let slot = WaiterSlot()
        try await withTaskCancellationHandler {
            try await withUnsafeThrowingContinuation { continuation in
                let waiter = Waiter(process, incarnation, continuation)
                slot.waiter = waiter
                timeline.add(.step(waiter), at: elapsed + time)
            }
        } onCancel: {
            slot.waiter?.fail(CancellationError())
        }
    }

    private func goOn(_ waiter: Waiter) {
        let process = waiter.process
        if process.incarnation != waiter.incarnation {
            waiter.fail(ProcessDied())
        } else if process.sleepsUntil > elapsed {
            timeline.add(.step(waiter), at: process.sleepsUntil)
        } else {
            waiter.goOn()
        }
    }
}

/// Where the waiter of a task is found when the task is cancelled.
private final class WaiterSlot: @unchecked Sendable {
    var waiter: Waiter?
}

/// Makes the ids of a schedule.
private final class IDCounter: @unchecked Sendable {
    private var random: SeededGenerator
    init(_ random: SeededGenerator) { self.random = random }
    func next(_ now: Instant) -> CanonicalID { CanonicalID(time: now, random: (random.next(), random.next())) }
}

extension Waiter: @unchecked Sendable {}
