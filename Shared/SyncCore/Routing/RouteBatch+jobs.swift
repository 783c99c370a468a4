import CanonicalModel
import SyncPolicy

/// From the approved estimate to the job, and from the completed job to the invoice.
extension RouteBatch {
    /// An estimate that was approved makes one job per sale; a later approved revision changes that job's scope (R3.3,
    /// R3.4).
    mutating func scopeJob(by change: RecordChange) {
        let estimate = change.record
        guard let trigger = trigger(.createJob, on: .estimate), hasPassed(trigger, estimate) else { return }
        // The sale is the cause of the job; while it is not known yet, nobody can tell whether it has one.
        guard !change.deferred.contains("opportunity") else { return }
        let opportunityID = estimate.reference("opportunity").map(set.current)
        let opportunity = opportunityID.flatMap { loaded($0) }
        if opportunityID != nil && opportunity == nil { return }
        // An estimate that was approved by itself, and joined to a sale later, has its job already.
        let causes = [opportunityID, estimate.id].compactMap { $0 }
        guard causes.map({ isFamilyKnown($0) }).allSatisfy({ $0 }) else { return }
        let jobs = causes.map { set.effects[.init(kind: .createJob, cause: $0)] }
        if let job = jobs.lazy.compactMap({ $0 }).first {
            if jobs[0] == nil { note(job, ofSale: causes[0], event: change.event) }
            reviseScope(of: job, by: estimate, opportunity: opportunity, event: change.event)
        } else {
            createJob(for: causes[0], by: estimate, opportunity: opportunity, event: change.event)
        }
    }

    /// Says that a sale has a job that was made without it, so that its next estimate does not make a second one.
    private mutating func note(_ job: CanonicalID, ofSale sale: CanonicalID, event: CanonicalEvent) {
        set.effects[.init(kind: .createJob, cause: sale)] = job
        add(
            RouteOutput.Effect(
                id: ids.next(now), kind: .createJob, cause: sale, occurrence: 1, result: job,
                reason: "the estimate that the job was made for belongs to the sale", isDone: true))
    }

    /// What sales changes at the sale reaches the job that was made of it (R3.5, R3.9).
    mutating func refreshJobOfSale(by change: RecordChange) {
        guard trigger(.createJob, on: .estimate) != nil, change.changed.contains(where: JobScope.ofSale.contains),
            isFamilyKnown(change.record.id),
            let jobID = set.effects[.init(kind: .createJob, cause: change.record.id)], let job = loaded(jobID),
            let estimateID = job.reference("estimate"), let estimate = loaded(estimateID)
        else { return }
        reviseScope(of: job.id, by: estimate, opportunity: change.record, event: change.event)
    }

    /// A sale that was won makes a job by itself where the policy says so and it has no approved estimate (R3.1, R3.14).
    mutating func startJobOfSale(by change: RecordChange) {
        guard let trigger = trigger(.createJob, on: .opportunity), hasPassed(trigger, change.record),
            isFamilyKnown(change.record.id),
            set.effects[.init(kind: .createJob, cause: change.record.id)] == nil
        else { return }
        createJob(for: change.record.id, by: change.record, opportunity: change.record, event: change.event)
    }

    private mutating func createJob(
        for cause: CanonicalID, by source: RecordState, opportunity: RecordState?, event: CanonicalEvent
    ) {
        guard let job = result(of: .createJob, for: cause, as: .job) else { return }
        var fields = JobScope.fields(estimate: source, opportunity: opportunity)
        if source.entity != .estimate { fields["estimate"] = nil }
        bring(
            RouteOutput.Effect(
                id: ids.next(now), kind: .createJob, cause: cause, occurrence: 1, result: job.id,
                reason: "\(source.entity.rawValue) \(source.id) was approved", isDone: isPlaced(job, for: .createJob)),
            to: job, fields, event: event)
    }

    private mutating func reviseScope(
        of jobID: CanonicalID, by estimate: RecordState, opportunity: RecordState?, event: CanonicalEvent
    ) {
        guard JobScope.isApproved(estimate), let job = loaded(jobID), isFamilyKnown(job.id) else { return }
        if let current = job.reference("estimate").map(set.current), current != estimate.id {
            guard let other = loaded(current) else { return }
            // An older offer of the same sale does not take the scope back.
            guard JobScope.approvedAt(estimate) >= JobScope.approvedAt(other) else { return }
        }
        let fields = JobScope.fields(estimate: estimate, opportunity: opportunity)
        let differing = fields.filter { field, value in job[field] != value.value }
        let critical = differing.filter { policy.settings.criticalScope.contains($0.key) }
        guard isInProgress(job) || isClosed(job), !critical.isEmpty else {
            apply(fields, to: job.id, event: event)
            return
        }
        hold(critical, of: job, event: event)
    }

    /// Keeps a change of critical scope for a person while the work is under way (R3.7).
    private mutating func hold(_ fields: Patch, of job: RecordState, event: CanonicalEvent) {
        for (field, value) in fields.sorted(by: { $0.key < $1.key }) {
            propose(
                Proposal(
                    id: ids.next(now), kind: .scopeHold,
                    key: ProposalKey(record: job.id, field: field, connection: event.connection), entity: .job,
                    proposed: value, current: job.fields[field]?.patchValue ?? .clear,
                    reason: "the work is under way or done; a person decides whether its scope changes",
                    event: event.id, changedAt: event.changedAt, correlation: event.context.correlation))
        }
        apply(["billing_hold": .set(.flag(true))], to: job.id, event: event)
    }

    /// A completed job is billed once, and its sale is won (R5.12, R6.6, R25.4).
    mutating func completeJob(by change: inout RecordChange) {
        let job = change.record
        guard let trigger = trigger(.createInvoice, on: .job), hasPassed(trigger, job), isFamilyKnown(job.id)
        else { return }
        if set.effects[.init(kind: .createInvoice, cause: job.id)] == nil {
            bill(job, event: change.event)
            showInvoices(at: &change)
        }
        if let id = job.reference("opportunity") { win(id, job: job, event: change.event) }
        if let customer = job.reference("customer"), case .instant(let moment) = job["completed_at"] {
            apply(["last_service_at": .set(.instant(moment))], to: customer, event: change.event)
        }
    }

    private mutating func bill(_ job: RecordState, event: CanonicalEvent) {
        var completedAt = event.changedAt
        if case .instant(let moment) = job["completed_at"] { completedAt = moment }
        let fields = InvoiceContent.fields(
            job: job, laborRate: laborRate, day: businessDate(of: completedAt))
        guard let invoice = result(of: .createInvoice, for: job.id, as: .invoice) else { return }
        set.children[.init(parent: job.id, entity: .invoice), default: []].insert(invoice.id)
        bring(
            RouteOutput.Effect(
                id: ids.next(now), kind: .createInvoice, cause: job.id, occurrence: 1, result: invoice.id,
                reason: "job \(job.id) was completed", isDone: isPlaced(invoice, for: .createInvoice)),
            to: invoice, fields, event: event)
    }

    private mutating func win(_ id: CanonicalID, job: RecordState, event: CanonicalEvent) {
        guard trigger(.closeOpportunity, on: .job) != nil, let opportunity = loaded(id),
            isFamilyKnown(opportunity.id),
            set.effects[.init(kind: .closeOpportunity, cause: job.id)] == nil
        else { return }
        if case .choice(let stage) = opportunity["stage"], stage == "won" || stage == "lost" { return }
        set.effects[.init(kind: .closeOpportunity, cause: job.id)] = opportunity.id
        let effect = RouteOutput.Effect(
            id: ids.next(now), kind: .closeOpportunity, cause: job.id, occurrence: 1, result: opportunity.id,
            reason: "job \(job.id) was completed and the sale was still open")
        add(effect)
        noteEffect(.closeOpportunity, cause: job.id, result: opportunity, event: event)
        apply(["stage": .set(.choice("won"))], to: opportunity.id, event: event)
        carry(effect)
    }

    /// Whether effects and children of a record were read; asks for them where not.
    mutating func isFamilyKnown(_ id: CanonicalID) -> Bool {
        if set.known.families.contains(id) { return true }
        need(family: id)
        return false
    }

    private func isClosed(_ job: RecordState) -> Bool {
        job[statusField] == .choice("completed") || job[statusField] == .choice("cancelled")
    }

    mutating func noteEffect(
        _ kind: EffectKind, cause: CanonicalID, result: RecordState, event: CanonicalEvent
    ) {
        note(
            AuditNote(
                .effect, entity: result.entity, record: result.id, connection: event.connection,
                correlation: event.context.correlation, message: event.id, actor: event.actor,
                body: JSONValue.object([
                    "effect": .string(kind.rawValue), "cause": .string(cause.description),
                    "policy": .int(policy.version),
                ]).serialised()))
    }
}

private let statusField: FieldName = "status"
