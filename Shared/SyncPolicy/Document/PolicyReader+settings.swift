import CanonicalModel

extension PolicyReader {
    mutating func settings(
        _ node: PolicyNode?, inProgress: [String], criticalScope: [PolicyNode]
    ) -> PolicySettings {
        let keys = ["clock_tolerance", "conflict_window", "currency", "labor_rate", "calendar"]
        let path = "settings"
        let members = node.flatMap { self.members($0, path, keys: keys) } ?? [:]
        let tolerance = members["clock_tolerance"].flatMap { number($0, "\(path).clock_tolerance", in: 0...3600) }
        let window = members["conflict_window"].flatMap { number($0, "\(path).conflict_window", in: 0...86_400) }
        let currency = members["currency"].flatMap { self.currency($0, "\(path).currency") } ?? .usd
        return PolicySettings(
            clockTolerance: tolerance ?? PolicySettings.defaultClockTolerance,
            conflictWindow: window ?? PolicySettings.defaultConflictWindow,
            currency: currency,
            laborRate: members["labor_rate"].flatMap { laborRate($0, "\(path).labor_rate", currency) },
            calendar: members["calendar"].flatMap { calendar($0, "\(path).calendar") },
            inProgress: Set(inProgress), criticalScope: Set(criticalScope.compactMap(\.word).map { FieldName($0) }))
    }

    /// The named lists: job statuses in progress, and critical fields of a job (R3.8).
    mutating func lists(_ node: PolicyNode?) -> (inProgress: [String], criticalScope: [PolicyNode]) {
        guard let members = node.flatMap({ self.members($0, "lists", keys: ["in_progress", "critical_scope"]) })
        else { return ([], []) }
        let job = ModelCatalog.declaration(of: .job)
        let statuses = job["status"]?.type.allowedValues ?? []
        let inProgress = members["in_progress"].flatMap {
            words($0, "lists.in_progress", "a status of a job", of: statuses)
        }
        let critical = members["critical_scope"].flatMap {
            words($0, "lists.critical_scope", "a field of a job", of: job.fields.map(\.name.name))
        }
        return ((inProgress ?? []).compactMap(\.word), critical ?? [])
    }

    private mutating func currency(_ node: PolicyNode, _ path: String) -> CurrencyCode? {
        if let code = node.word.flatMap({ CurrencyCode($0) }) { return code }
        fault(node, path, "must be a currency, found \(node.phrase)", suggestion: "three letters, such as USD")
        return nil
    }

    private mutating func laborRate(_ node: PolicyNode, _ path: String, _ currency: CurrencyCode) -> Money? {
        if let rate = node.word.flatMap({ Money(decimal: $0, currency: currency) }), rate.minorUnits >= 0 {
            return rate
        }
        fault(
            node, path, "must be an amount per hour, found \(node.phrase)",
            suggestion:
                "a number such as 95.00, in \(currency), with at most \(currency.minorDigits) digits after the point")
        return nil
    }

    private mutating func calendar(_ node: PolicyNode, _ path: String) -> BusinessCalendar? {
        guard let members = members(node, path, keys: ["zone", "hours", "holidays"]) else { return nil }
        guard let zoneNode = members["zone"] else {
            fault(node, path, "names no zone", suggestion: "add 'zone: America/Chicago' or another IANA name")
            return nil
        }
        let holidays = members["holidays"].map { self.holidays($0, "\(path).holidays") } ?? []
        let hours = members["hours"].map { self.hours($0, "\(path).hours") } ?? [:]
        guard let zone = zoneNode.word, Self.isZone(zone) else {
            fault(
                zoneNode, "\(path).zone", "must be a time zone, found \(zoneNode.phrase)",
                suggestion: "an IANA name such as America/Chicago")
            return nil
        }
        return BusinessCalendar(zone: zone, hours: hours, holidays: holidays)
    }

    private mutating func hours(_ node: PolicyNode, _ path: String) -> [BusinessCalendar.Weekday: BusinessCalendar
        .Hours]
    {
        let days = BusinessCalendar.Weekday.allCases
        var hours: [BusinessCalendar.Weekday: BusinessCalendar.Hours] = [:]
        let members = members(node, path, keys: days.map(\.rawValue)) ?? [:]
        for day in days {
            guard let node = members[day.rawValue] else { continue }
            if let span = node.word.flatMap({ BusinessCalendar.Hours($0) }) {
                hours[day] = span
            } else {
                fault(
                    node, "\(path).\(day.rawValue)", "must be opening hours, found \(node.phrase)",
                    suggestion: "write them as \"07:00-17:00\"")
            }
        }
        return hours
    }

    private mutating func holidays(_ node: PolicyNode, _ path: String) -> Set<BusinessDate> {
        guard case .list(let elements) = node.content else {
            fault(node, path, "must be a list of dates, found \(node.phrase)", suggestion: "write it as [2026-12-25]")
            return []
        }
        var dates: Set<BusinessDate> = []
        for element in elements {
            if let date = element.word.flatMap({ BusinessDate($0) }) {
                dates.insert(date)
            } else {
                fault(element, path, "must be a date, found \(element.phrase)", suggestion: "write it as YYYY-MM-DD")
            }
        }
        return dates
    }

    private static func isZone(_ name: String) -> Bool {
        let parts = name.split(separator: "/", omittingEmptySubsequences: false)
        return parts.count <= 3 && (parts.count > 1 || name == "UTC")
            && parts.allSatisfy { part in
                !part.isEmpty && part.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "_+-".contains($0)) }
            }
    }
}
