import CanonicalModel
import ConnectorKit
import Logging
import RandomSupport
import SyncCore
import SyncStore

/// The services: the product's own loops, one task a round.
extension World {
    /// Begins everything.
    func begin() {
        for vendor in vendors { vendor.announce = { [unowned self, unowned vendor] in announce($0, of: vendor) } }
        for process in processes { startUp(process) }
        planPeople()
        planFaults()
        for role in Role.allCases { tick(role) }
        recover()
        after(Schedule.length) { self.look() }
    }

    func startUp(_ process: ServiceProcess) {
        guard !isOver else { return }
        process.isAlive = true
        process.standing = process.standing.map { _ in ServiceProcess.Standing() }
        let access = ProcessAccess(self, process)
        let incarnation = process.incarnation
        switch process.kind {
        case .router:
            process.router = MemoryRouter(
                database: database, policy: policy, connections: vendors.map(\.profile.capabilities), access: access)
        case .adapter(let role):
            let vendor = vendor(role)
            let session = SimulatedSession(world: self, process: process, incarnation: incarnation, vendor: vendor)
            let connector = SimulatedConnector(vendor: vendor)
            let store = MemoryAdapterStore(
                database: database, times: .init(requestCeiling: vendor.profile.descriptor.requestCeiling),
                access: access
            ) { [unowned self] in
                publish($0, from: process, incarnation)
            } reopened: { [unowned self] in
                publish(reopened: $0, from: process, incarnation)
            } taken: { [unowned vendor] objects in
                vendor.noteTaken(process.shown.filter { objects.contains(vendor.states[$0].native) })
            }
            let spread: @Sendable () -> Double = { [unowned self] in Double(random.next() >> 11) * 0x1p-53 }
            process.adapter = AdapterParts(
                connector: connector, session: session, store: store,
                ingest: IngestLoop(
                    connector: connector, session: session, store: store, ids: ids, limit: 50, spread: spread,
                    logger: Self.silent),
                egress: EgressLoop(
                    connector: connector, session: session, store: store, ids: ids, limit: 10, spread: spread,
                    logger: Self.silent),
                poll: PollLoop(
                    connector: connector, session: session, store: store, stream: VendorProfile.stream, ids: ids))
        }
        wakeUp(process)
    }

    private static let silent = Logger(label: "simulation") { _ in SwiftLogNoOpLogHandler() }

    /// Looks for all that a process may have to do.
    func wakeUp(_ process: ServiceProcess) {
        if let role = process.role { poke(role) }
        for queue in queues.keys.sorted(by: { $0.order < $1.order }) { deliver(queue) }
    }

    // MARK: Rounds

    /// Lets a process do something in a task of its own.
    func spawn(
        _ process: ServiceProcess, _ body: @escaping @Sendable () async throws -> Void,
        finally: @escaping @Sendable ((any Error)?) -> Void
    ) {
        guard !isOver else { return }
        nextTask += 1
        let id = nextTask
        let incarnation = process.incarnation
        process.tasks[id] = Task(executorPreference: executor) {
            var failure: (any Error)?
            do { try await body() } catch { failure = error }
            guard !self.isOver, process.incarnation == incarnation else { return }
            process.tasks[id] = nil
            finally(failure)
        }
    }

    /// Arms the loops of a role's processes for what they can do next.
    func poke(_ role: Role) {
        let vendor = vendor(role)
        let reading = database.nextReading(of: vendor.connection, ceiling: vendor.ceiling)
        let work = database.nextWork(of: vendor.connection, ceiling: vendor.ceiling)
        let late = database.nextLateObject(of: vendor.connection)
        for process in processes where process.role == role && process.isAlive {
            if let reading { arm(process, .ingest, at: reading) }
            if let work { arm(process, .egress, at: work) }
            if let late { arm(process, .neutralise, at: late) }
        }
    }

    private func arm(_ process: ServiceProcess, _ work: ServiceProcess.Work, at due: Instant) {
        guard !process[work].isRunning else { return }
        let time = max(due.microseconds - Self.start.microseconds, elapsed) + random.draw(0...15_000)
        if let armed = process[work].armedAt, armed <= time { return }
        process[work].armedAt = time
        let incarnation = process.incarnation
        timeline.add(
            .event { [unowned self] in
                guard process.incarnation == incarnation, process.isAlive, process[work].armedAt == time else { return }
                process[work].armedAt = nil
                round(of: process, work)
            }, at: time)
    }

    private func round(of process: ServiceProcess, _ work: ServiceProcess.Work) {
        guard let role = process.role, let adapter = process.adapter, !process[work].isRunning else { return }
        guard process.sleepsUntil <= elapsed else { return }
        guard hasWork(role, work) else { return poke(role) }
        process[work].isRunning = true
        if work == .egress { process.sleepsAtRound = process.sleeps }
        if work == .ingest { process.shown = [] }
        spawn(process) {
            switch work {
            case .ingest: _ = try await adapter.ingest.round()
            case .egress: _ = try await adapter.egress.round()
            case .neutralise: try await self.neutralise(adapter)
            case .consume: break
            }
        } finally: { [unowned self] failure in
            process[work].isRunning = false
            guard failure != nil else { return poke(role) }
            // As the worker pool does: not at once again.
            after(random.draw(100_000...500_000)) { self.poke(role) }
        }
    }

    private func hasWork(_ role: Role, _ work: ServiceProcess.Work) -> Bool {
        let vendor = vendor(role)
        let next =
            switch work {
            case .ingest: database.nextReading(of: vendor.connection, ceiling: vendor.ceiling)
            case .egress: database.nextWork(of: vendor.connection, ceiling: vendor.ceiling)
            case .neutralise: database.nextLateObject(of: vendor.connection)
            case .consume: Instant?.none
            }
        return next.map { $0 <= now } ?? false
    }

    private func neutralise(_ adapter: AdapterParts) async throws {
        let connection = adapter.session.declaration.id
        for entry in database.dueLateObjects(of: connection) {
            let outcome: LateObjects.Outcome
            do {
                try await adapter.connector.neutralise(
                    entry.key.native, madeFor: entry.record, session: adapter.session)
                outcome = .neutralised
            } catch {
                outcome = LateObjects.Outcome(
                    after: error, attempts: entry.attempts, spread: Double(random.next() >> 11) * 0x1p-53)
            }
            database.settle(entry, outcome)
        }
    }

    // MARK: Regular turns

    /// Looks from time to time, and asks for changes at each interval.
    func tick(_ role: Role) {
        after(random.draw(8_000_000...12_000_000)) { [unowned self] in
            poke(role)
            let interval = VendorProfile.stream.interval.wholeMicroseconds
            if now.microseconds - (askedAt[role] ?? .init(microseconds: 0)).microseconds > interval { poll(role) }
            tick(role)
        }
    }

    func poll(_ role: Role) {
        guard let process = anyone(of: .adapter(role)), let adapter = process.adapter else { return }
        let asked = now
        askedAt[role] = asked
        spawn(process) {
            while try await adapter.poll.round().next == .more {}
        } finally: { [unowned self] failure in
            if failure == nil { polledAt[role] = asked }
            poke(role)
        }
    }

    /// A replica that is alive and awake.
    func anyone(of kind: ServiceProcess.Kind) -> ServiceProcess? {
        let able = processes.filter { $0.kind == kind && $0.isAlive && $0.sleepsUntil <= elapsed }
        return able.isEmpty ? nil : able[Int(random.draw(0...Int64(able.count - 1)))]
    }
}

extension ServiceProcess {
    /// Whether it was stopped since its present round of sending began.
    var hasSlept: Bool { sleeps != sleepsAtRound }
}

extension MemoryMessage.Queue {
    /// A fixed order of queues.
    var order: String {
        switch self {
        case .events: ""
        case .commands(let connection): connection.name
        }
    }
}
