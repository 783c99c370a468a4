/// The names of the reconciler's metrics.
///
/// Ages are in seconds, 0 where nothing is open. All but the first two come from the database, so that every replica
/// shows the same.
///
/// | metric | labels | meaning |
/// |---|---|---|
/// | `reconciler_loop_failures_total` | loop | steps that failed |
/// | `reconciler_loop_last_success_timestamp_seconds` | loop | when a step was done last, by this replica |
/// | `plumbline_flow_oldest_unsynced_seconds` | entity, source, target | age of the oldest unsynced change (`Freshness`) |
/// | `plumbline_flow_oldest_moving_seconds` | entity, source, target | the same without what waits for a parent or a person |
/// | `plumbline_flow_objective_seconds` | entity, source, target | how old the oldest on its way may become |
/// | `plumbline_alerts` | kind, severity | alerts that are raised |
/// | `plumbline_alerts_judged_age_seconds` | | since anybody looked whether something is wrong |
/// | `plumbline_alerts_untold` | | alerts that their receiver has not taken yet |
/// | `plumbline_canary_waiting_seconds` | source, target | age of the oldest probe that has not arrived |
/// | `plumbline_canary_took_seconds` | source, target | how long the last probe took |
/// | `plumbline_replicas_alive` | service | processes that have shown themselves lately |
/// | `plumbline_flow_unsynced_changes` | entity, source, target | how many changes are unsynced |
/// | `plumbline_freshness_measurement_age_seconds` | | since flows and queues were measured |
/// | `plumbline_queue_unsettled_messages` | queue | messages that no consumer has settled |
/// | `plumbline_queue_parked_messages` | queue | messages that wait for a link |
/// | `plumbline_queue_oldest_unsettled_seconds` | queue | age of the oldest unsettled message |
/// | `plumbline_work_due` | connection | work that is due and that no process holds |
/// | `plumbline_work_oldest_due_seconds` | connection | since when the longest of it has been due |
/// | `plumbline_work_delayed` | connection | work that waits out a delay |
/// | `plumbline_work_waiting` | connection | work that waits for a parent |
/// | `plumbline_work_held` | connection | work of which the vendor has refused fields |
/// | `plumbline_work_dead` | connection | work that was given up |
/// | `plumbline_objects_unread` | connection | objects that must be read |
/// | `plumbline_objects_oldest_unread_seconds` | connection | age of the oldest hint among them |
/// | `plumbline_objects_due` | connection | objects that are due to be read and that no process reads; at most 1,000 |
/// | `plumbline_objects_oldest_due_seconds` | connection | since when the longest of them has been due |
/// | `plumbline_claimable` | connection, service, direction | what one more replica could take up; scale adapters by it |
/// | `plumbline_claimable_oldest_seconds` | connection, service, direction | since when the longest of it has been due |
/// | `plumbline_dead_letters_open`, `plumbline_dead_letters_oldest_seconds` | class | open dead letters, also those in a replay |
/// | `plumbline_proposals_open`, `plumbline_proposals_oldest_seconds` | kind | open proposals |
/// | `plumbline_waits_open`, `plumbline_waits_oldest_seconds`, `plumbline_waits_overdue` | connection | waits for parents |
/// | `plumbline_snapshots_open`, `plumbline_snapshots_oldest_seconds` | connection | snapshots that have not ended |
/// | `plumbline_connection_paused` | connection | 1 while a person has paused it |
/// | `plumbline_circuit_open_seconds` | connection, direction | since when the system has not answered; 0 where it does |
/// | `plumbline_circuit_failures` | connection, direction | rounds of calls that have failed in a row |
/// | `plumbline_budget_calls_left` | account | calls that may be made at once |
/// | `plumbline_budget_burst_calls` | account | how many they are at most |
/// | `plumbline_budget_calls_per_second` | account | how many come back each second |
/// | `plumbline_budget_blocked_seconds` | account | for how long the vendor wants no call |
/// | `plumbline_replays_open`, `plumbline_replays_oldest_seconds` | state | replays that have not ended |
/// | `plumbline_database_bytes` | | what the database takes on its disk |
/// | `plumbline_database_connections`, `plumbline_database_connections_limit` | | of all clients of the server |
/// | `plumbline_database_oldest_transaction_seconds` | | age of the oldest transaction that is open |
/// | `plumbline_audit_unsealed_entries`, `plumbline_audit_oldest_unsealed_seconds` | | audit entries without a seal |
/// | `plumbline_audit_seal_age_seconds`, `plumbline_audit_anchor_age_seconds` | | since the last seal, the last anchor |
enum ReconcilerMetrics {
    static let loopFailures = "reconciler_loop_failures_total"
    static let loopLastSuccess = "reconciler_loop_last_success_timestamp_seconds"
    static let flowAge = "plumbline_flow_oldest_unsynced_seconds"
    static let flowMoving = "plumbline_flow_oldest_moving_seconds"
    static let flowObjective = "plumbline_flow_objective_seconds"
    static let alerts = "plumbline_alerts"
    static let alertsJudged = "plumbline_alerts_judged_age_seconds"
    static let alertsUntold = "plumbline_alerts_untold"
    static let canaryWaiting = "plumbline_canary_waiting_seconds"
    static let canaryTook = "plumbline_canary_took_seconds"
    static let replicas = "plumbline_replicas_alive"
    static let flowChanges = "plumbline_flow_unsynced_changes"
    static let measurementAge = "plumbline_freshness_measurement_age_seconds"
    static let queueUnsettled = "plumbline_queue_unsettled_messages"
    static let queueParked = "plumbline_queue_parked_messages"
    static let queueAge = "plumbline_queue_oldest_unsettled_seconds"
    static let workDue = "plumbline_work_due"
    static let workAge = "plumbline_work_oldest_due_seconds"
    static let workDelayed = "plumbline_work_delayed"
    static let workWaiting = "plumbline_work_waiting"
    static let workHeld = "plumbline_work_held"
    static let workDead = "plumbline_work_dead"
    static let unread = "plumbline_objects_unread"
    static let unreadAge = "plumbline_objects_oldest_unread_seconds"
    static let objectsDue = "plumbline_objects_due"
    static let objectsDueAge = "plumbline_objects_oldest_due_seconds"
    static let claimable = "plumbline_claimable"
    static let claimableAge = "plumbline_claimable_oldest_seconds"
    static let letters = "plumbline_dead_letters"
    static let proposals = "plumbline_proposals"
    static let waits = "plumbline_waits"
    static let waitsOverdue = "plumbline_waits_overdue"
    static let snapshots = "plumbline_snapshots"
    static let paused = "plumbline_connection_paused"
    static let circuitOpen = "plumbline_circuit_open_seconds"
    static let circuitFailures = "plumbline_circuit_failures"
    static let budgetLeft = "plumbline_budget_calls_left"
    static let budgetBurst = "plumbline_budget_burst_calls"
    static let budgetRate = "plumbline_budget_calls_per_second"
    static let budgetBlocked = "plumbline_budget_blocked_seconds"
    static let replays = "plumbline_replays"
    static let databaseBytes = "plumbline_database_bytes"
    static let databaseConnections = "plumbline_database_connections"
    static let databaseConnectionsLimit = "plumbline_database_connections_limit"
    static let databaseTransaction = "plumbline_database_oldest_transaction_seconds"
    static let unsealed = "plumbline_audit_unsealed_entries"
    static let unsealedAge = "plumbline_audit_oldest_unsealed_seconds"
    static let sealAge = "plumbline_audit_seal_age_seconds"
    static let anchorAge = "plumbline_audit_anchor_age_seconds"
}
