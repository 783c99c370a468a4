import CanonicalModel
import ConnectorKit

/// What goes wrong.
extension World {
    /// What becomes of a request.
    enum Fate {
        /// The vendor turns it away.
        case refused
        /// The vendor carries it out after a time; the answer comes, or not.
        case carriedOut(after: Int64, isAnswered: Bool, slowBy: Int64 = 0)
        /// It never reaches the vendor, and nobody hears of that.
        case lost
    }

    func isActive(_ kind: Fault.Kind, _ role: Role? = nil) -> Bool {
        schedule.faults.contains {
            $0.kind == kind && $0.covers(elapsed) && (role == nil || $0.role == role)
        }
    }

    func fate(of vendor: SimulatedVendor) -> Fate {
        let role = vendor.profile.role
        if isActive(.outage, role) { return .refused }
        if isActive(.requestsLost, role), random.chance(0.4) { return .lost }
        if isActive(.answersLost, role), random.chance(0.5) {
            return .carriedOut(after: random.draw(500...20_000), isAnswered: false)
        }
        if isActive(.lateCommits, role), random.chance(0.5) {
            // At any time that the vendor's bound allows, and often shortly before it is over.
            let last = vendor.profile.ceiling - 1_000_000
            let first = random.chance(0.5) ? last - 6_000_000 : 1_000_000
            return .carriedOut(after: random.draw(first...last), isAnswered: false)
        }
        if isActive(.slowAnswers, role), random.chance(0.5) {
            return .carriedOut(after: random.draw(500...20_000), isAnswered: true, slowBy: random.draw(0...3_000_000))
        }
        return .carriedOut(after: random.draw(500...20_000), isAnswered: true)
    }

    /// Puts a request on the wire; it arrives whatever becomes of its sender.
    func transmit(_ number: Int, to vendor: SimulatedVendor, after time: Int64, isLate: Bool) -> PendingAnswer {
        let answer = PendingAnswer()
        pending(after: time) { [unowned self] in
            let lag = vendor.profile.indexLag > 0 ? random.draw(0...vendor.profile.indexLag - 500_000) : 0
            answer.number = vendor.execute(
                number, isLate: isLate, now: now, lag: lag, isHidden: isActive(.changesHidden, vendor.profile.role))
        }
        return answer
    }

    func planFaults() {
        for fault in schedule.faults {
            switch fault.kind {
            case .kill: after(fault.at) { self.kill(self.target(of: fault), for: fault.duration) }
            case .sleep: after(fault.at) { self.stop(self.target(of: fault), for: fault.duration) }
            case .brokerWiped: after(fault.at) { self.wipeBroker() }
            default: break
            }
        }
    }

    private func target(of fault: Fault) -> ServiceProcess {
        let kind = fault.role.map { ServiceProcess.Kind.adapter($0) } ?? .router
        return processes.first { $0.kind == kind && $0.replica == fault.replica }!
    }

    /// Stops a process that is about to send a write.
    func sleepAtSend(_ process: ServiceProcess) {
        process.sends += 1
        for fault in faults(.sleepAtSend, of: process) { stop(process, for: fault.duration) }
    }

    /// Kills a process that has sent a write.
    func killAtSend(_ process: ServiceProcess) {
        for fault in faults(.killAtSend, of: process) { kill(process, for: fault.duration) }
    }

    private func faults(_ kind: Fault.Kind, of process: ServiceProcess) -> [Fault] {
        schedule.faults.filter {
            $0.kind == kind && $0.step == process.sends && $0.replica == process.replica && $0.role == process.role
        }
    }

    /// Kills a process whose turn it is at this step.
    func killAtStep(_ process: ServiceProcess) {
        for fault in schedule.faults
        where fault.kind == .killAtStep && fault.step == process.steps && fault.replica == process.replica
            && fault.role == process.role
        { kill(process, for: fault.duration) }
    }

    private func kill(_ process: ServiceProcess, for time: Int64) {
        guard process.isAlive, !isOver else { return }
        process.isAlive = false
        process.incarnation += 1
        process.sleepsUntil = 0
        if process[.consume].isRunning { inFlight -= 1 }
        process.standing = process.standing.map { _ in ServiceProcess.Standing() }
        process.confirmed = []
        let tasks = process.tasks.values
        process.tasks = [:]
        for task in tasks { task.cancel() }
        redeliver(from: process)
        after(time) { self.startUp(process) }
    }

    private func stop(_ process: ServiceProcess, for time: Int64) {
        guard process.isAlive, process.sleepsUntil <= elapsed else { return }
        process.sleepsUntil = elapsed + time
        process.sleeps += 1
        let incarnation = process.incarnation
        // A broker takes a consumer that is silent for dead.
        after(20_000_000) {
            if process.incarnation == incarnation, process.sleepsUntil > self.elapsed { self.redeliver(from: process) }
        }
        after(time) {
            guard process.incarnation == incarnation else { return }
            self.flush(process)
            self.wakeUp(process)
        }
    }
}
