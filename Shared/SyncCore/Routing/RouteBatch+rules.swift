import CanonicalModel
import SyncPolicy

/// What follows from a changed record by the policy's triggers, and what other records show of it.
extension RouteBatch {
    mutating func follow(_ change: RecordChange) {
        var change = change
        switch change.record.entity {
        case .estimate: scopeJob(by: change)
        case .opportunity:
            startJobOfSale(by: change)
            refreshJobOfSale(by: change)
        case .job:
            amend(by: &change)
            completeJob(by: &change)
        case .invoice: showInvoice(by: change)
        default: break
        }
        dispatch(change)
    }

    /// Applies fields that a rule sets on another record, and sends it on.
    mutating func apply(_ fields: Patch, to id: CanonicalID, event: CanonicalEvent) {
        guard let record = loaded(id) else { return }
        var change = RecordChange(record: record, event: event)
        let provenance = Provenance(source: .effect, changedAt: event.changedAt, event: event.id)
        for (field, value) in fields { change.set(field, to: value.value, provenance: provenance) }
        guard !change.changed.isEmpty else { return }
        dispatch(change)
    }

    /// The policy's rule that brings about an effect when a record of the entity has passed a status.
    func trigger(_ effect: EffectKind, on entity: EntityKind) -> Trigger? {
        policy.triggers.first { $0.effect == effect && $0.entity == entity }
    }

    /// Whether the record has passed the trigger's status: "has been approved", not "is approved now".
    func hasPassed(_ trigger: Trigger, _ record: RecordState) -> Bool {
        trigger.firing(fallback: now) { record[$0] } != nil
    }

    func isInProgress(_ job: RecordState) -> Bool {
        guard case .choice(let status) = job["status"] else { return false }
        return policy.isInProgress(jobStatus: status)
    }

    var laborRate: Money { policy.settings.laborRate ?? .zero(policy.settings.currency) }

    func businessDate(of moment: Instant) -> BusinessDate {
        LocalDay.of(moment, zone: policy.settings.calendar?.zone)
    }
}
