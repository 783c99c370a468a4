import CanonicalModel
import SyncPolicy

/// Work beyond what was approved.
extension RouteBatch {
    /// Makes an amendment of what the crew added on site: it shows, it is flagged, and nobody is billed for it before
    /// somebody has approved it (R3.6, R6.19).
    mutating func amend(by change: inout RecordChange) {
        let job = change.record
        guard change.changed.contains(onSiteLines), case .lines(let approved) = job["lines"], !approved.isEmpty,
            policy.rule("lines", of: .job)?.others == .propose(.amendment)
        else { return }
        let event = change.event
        let key = ProposalKey(record: job.id, field: onSiteLines, connection: event.connection)
        let provenance = Provenance(source: .effect, changedAt: event.changedAt, event: event.id)
        guard case .lines(let added) = job[onSiteLines], !added.isEmpty else {
            withdraw(key)
            let isOneOpen = set.openProposals.contains { $0.record == job.id }
            if !isOneOpen { change.set("billing_hold", to: .flag(false), provenance: provenance) }
            return
        }
        propose(
            Proposal(
                id: ids.next(now), kind: .amendment, key: key, entity: .job, proposed: .set(.lines(added)),
                current: .clear, reason: "the crew added work on site that nobody has approved", event: event.id,
                changedAt: event.changedAt, correlation: event.context.correlation))
        change.set("billing_hold", to: .flag(true), provenance: provenance)
    }
}

private let onSiteLines: FieldName = "on_site_lines"
