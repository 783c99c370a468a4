import SystemSupport

extension SystemSettings {
    /// Objectives of five seconds: then there is an alert within a minute.
    static var impatient: SystemSettings { .impatient(5) }

    /// Objectives of some seconds.
    static func impatient(_ objective: Int) -> SystemSettings {
        var settings = SystemSettings()
        settings.liftsLimits = true
        let names = ["hubspot", "jobber", "quickbooks"]
        settings.declarations = Dictionary(uniqueKeysWithValues: names.map { ($0, "poll_interval: 2") })
        settings.environment[.reconciler] = [
            "PLUMBLINE_FRESHNESS_OBJECTIVE_REALTIME": "\(objective)",
            "PLUMBLINE_FRESHNESS_OBJECTIVE_NEARREALTIME": "\(objective)",
            "PLUMBLINE_FRESHNESS_OBJECTIVE_BATCH": "\(objective)", "PLUMBLINE_FRESHNESS_INTERVAL": "1",
            "PLUMBLINE_ALERTS_INTERVAL": "1", "PLUMBLINE_ALERTS_HOLD": "3", "PLUMBLINE_ALERTS_CALM": "2",
            "PLUMBLINE_ALERTS_CANARY": "\(objective)", "PLUMBLINE_ALERTS_STALL": "\(objective)",
            "PLUMBLINE_ALERTS_BACKLOG": "\(objective)",
            "PLUMBLINE_ALERTS_SILENCE": "\(objective)", "PLUMBLINE_ALERTS_OUTAGE": "\(objective)",
        ]
        for service in [SystemService.crmAdapter, .fsmAdapter, .ledgerAdapter] {
            settings.environment[service] = ["PLUMBLINE_CANARY_INTERVAL": "2"]
        }
        return settings
    }
}
