import SandboxGraphQL
import SandboxKit

extension JobberReading {
    static let jobGetters: [String: Getter] = [
        "client": { reading, job, _ in reading.one("clientId", of: job) },
        "property": { reading, job, _ in reading.one("propertyId", of: job) },
        "quote": { reading, job, _ in reading.one("quoteId", of: job) },
        "request": { reading, job, _ in reading.one("requestId", of: job) },
        "salesperson": { reading, job, _ in reading.one("salespersonId", of: job) },
        "customFields": { reading, job, _ in reading.customFields(of: job) },
        "arrivalWindow": { reading, job, _ in reading.arrivalWindow(of: job) },
        "completedAt": { _, job, _ in .text(job.text("closedAt")) },
        "defaultVisitTitle": { reading, job, _ in .text(reading.defaultVisitTitle(of: job)) },
        "startAt": { reading, job, _ in .text(reading.period(of: job).start) },
        "endAt": { reading, job, _ in .text(reading.period(of: job).end) },
        "jobStatus": { reading, job, _ in .text(reading.jobStatus(job)) },
        "jobberWebUri": { _, job, _ in .text("https://secure.getjobber.com/work_orders/\(job.number)") },
        "total": { reading, job, _ in .number(reading.total(of: job)) },
        "invoicedTotal": { reading, job, _ in .number(reading.invoicedTotal(of: job)) },
        "uninvoicedTotal": { reading, job, _ in
            .number(max(0, reading.total(of: job) - reading.invoicedTotal(of: job)).money)
        },
        "jobBalanceTotals": { reading, job, _ in
            let outstanding = reading.invoices(of: job).reduce(0) { $0 + reading.invoiceAmounts($1).balance }
            return .part([
                "totalAmount": .float(reading.total(of: job)), "outstandingAmount": .float(outstanding.money),
            ])
        },
        "jobCosting": { reading, job, _ in .part(reading.costing(of: job)) },
        "invoiceSchedule": { _, job, _ in
            let frequency = job.text("billingFrequency") ?? "ON_COMPLETION"
            return .part([
                "billingFrequency": .string(frequency),
                "scheduleSummary": .string(frequency.lowercased().replacing("_", with: " ")),
                "recurrenceSchedule": recurrence(job.text("billingRule")),
            ])
        },
        "visitSchedule": { reading, job, _ in
            let period = reading.period(of: job)
            return .part(
                [
                    "startDate": .optional(period.start), "startTime": .optional(period.start),
                    "endDate": .optional(period.end), "endTime": .optional(period.end),
                    "recurrenceSchedule": recurrence(job.text("visitRule")),
                ], of: job)
        },
        "visitsInfo": { reading, job, _ in .part(reading.visitsInfo(of: job)) },
        "willClientBeAutomaticallyCharged": { _, _, _ in .flag(false) },
        "lineItems": { reading, job, call in reading.page(job.objects("lineItems"), of: job, call) },
        "visits": { reading, job, call in reading.page(reading.visits(of: job), call) },
        "expenses": { reading, job, call in
            reading.page(reading.store.referring("Expense", by: "linkedJobId", to: job.id), call)
        },
        "invoices": { reading, job, call in reading.page(reading.invoices(of: job), call) },
        "timeSheetEntries": { reading, job, call in
            reading.page(reading.store.referring("TimeSheetEntry", by: "jobId", to: job.id), call)
        },
        "paymentRecords": { reading, job, call in
            let payments = reading.invoices(of: job).flatMap {
                reading.store.referring("PaymentRecord", by: "invoiceId", to: $0.id)
            }
            return reading.page(payments, call)
        },
        "notes": { reading, job, call in
            reading.page(reading.notes(of: job, ["JobNote", "ClientNote", "QuoteNote", "RequestNote"]), call)
        },
        "noteAttachments": { reading, job, call in reading.noteFiles(of: job, ["JobNote"], call) },
    ]

    func visits(of job: JobberRecord) -> [JobberRecord] {
        store.referring("Visit", by: "jobId", to: job.id)
    }

    func invoices(of job: JobberRecord) -> [JobberRecord] {
        store.referring("Invoice", by: "jobIds", to: job.id)
    }

    func total(of job: JobberRecord) -> Double {
        job.objects("lineItems").reduce(0) { $0 + $1.lineTotal }.money
    }

    func invoicedTotal(of job: JobberRecord) -> Double {
        invoices(of: job).reduce(0) { $0 + invoiceAmounts($1).amounts.subtotal }.money
    }

    func defaultVisitTitle(of job: JobberRecord) -> String {
        let client = store.record(job.text("clientId")).map { name(ofClient: $0) } ?? ""
        return [client, job.text("title") ?? ""].filter { !$0.isEmpty }.joined(separator: " - ")
    }

    /// The status, derived from closing, visits and the clock; nothing sets it.
    func jobStatus(_ job: JobberRecord) -> String {
        if job.text("closedAt") != nil {
            let isBilled = job.text("billingFrequency") == "NEVER" || total(of: job) <= invoicedTotal(of: job)
            return isBilled ? "archived" : "requires_invoicing"
        }
        let visits = visits(of: job)
        let open = visits.filter { $0.text("completedAt") == nil }
        let statuses = Set(open.map(visitStatus))
        if statuses.contains("LATE") { return "late" }
        if statuses.contains("TODAY") || statuses.contains("ACTIVE") { return "today" }
        if job.text("jobType") == "RECURRING", !open.isEmpty || visits.isEmpty {
            guard let end = SandboxInstant(iso8601: period(of: job).end ?? "") else { return "active" }
            return end - now < 30 * 86_400_000 ? "expiring_within_30_days" : "active"
        }
        if statuses.contains("UPCOMING") { return "upcoming" }
        if !open.isEmpty { return "unscheduled" }
        if !visits.isEmpty { return "action_required" }
        guard let start = job.instant("timeframeStartAt") else { return "unscheduled" }
        return calendar.day(of: start) == calendar.day(of: now) ? "today" : start < now ? "late" : "upcoming"
    }

    /// From the first visit's beginning to the last one's end; the planned time frame where there are no visits.
    func period(of job: JobberRecord) -> (start: String?, end: String?) {
        let visits = visits(of: job)
        let start = visits.compactMap { $0.text("startAt") }.min() ?? job.text("timeframeStartAt")
        let end = visits.compactMap { $0.text("endAt") ?? $0.text("startAt") }.max()
        return (start, max(end ?? "", job.text("timeframeEndAt") ?? "").nonEmpty)
    }

    func arrivalWindow(of record: JobberRecord) -> JobberValue {
        guard let window = record["arrivalWindow"]?.object, let minutes = window.number("durationInMinutes") else {
            return .null
        }
        let start = record.instant("startAt")
        return .part([
            "id": .string(EncodedID.make("ArrivalWindow", record.number)), "centeredOnStartTime": false,
            "duration": .int(Int(minutes)), "startAt": start.map { GraphQLValue($0) } ?? .null,
            "endAt": start.map { GraphQLValue($0.adding(milliseconds: Int64(minutes) * 60_000)) } ?? .null,
        ])
    }

    private func costing(of job: JobberRecord) -> GraphQLObject {
        let entries = store.referring("TimeSheetEntry", by: "jobId", to: job.id)
        let seconds = entries.reduce(0) { $0 + workedSeconds($1) }
        let labour = entries.reduce(0) { $0 + Double(workedSeconds($1)) / 3600 * ($1.number("labourRate") ?? 0) }.money
        let expenses = store.referring("Expense", by: "linkedJobId", to: job.id)
            .reduce(0) { $0 + ($1.number("total") ?? 0) }.money
        let lines = job.objects("lineItems")
            .reduce(0) { $0 + ($1.number("unitCost") ?? 0) * ($1.number("quantity") ?? 0) }.money
        let (revenue, cost) = (total(of: job), (labour + expenses + lines).money)
        return [
            "id": .string(EncodedID.make("JobCosting", job.number)), "expenseCost": .float(expenses),
            "labourCost": .float(labour), "labourDuration": .int(seconds), "lineItemCost": .float(lines),
            "totalCost": .float(cost), "totalRevenue": .float(revenue),
            "profitAmount": .float((revenue - cost).money),
            "profitPercentage": revenue > 0 ? .float(((revenue - cost) / revenue * 100).money) : .null,
        ]
    }

    private func visitsInfo(of job: JobberRecord) -> GraphQLObject {
        let visits = visits(of: job)
        let scheduled = visits.filter { $0.text("startAt") != nil }
        let past = scheduled.filter { ($0.instant("startAt") ?? now) < now }
        return [
            "futureCount": .int(scheduled.count - past.count), "pastCount": .int(past.count),
            "scheduledCount": .int(scheduled.count), "unscheduledCount": .int(visits.count - scheduled.count),
            "incompleteTotal": .int(visits.count { $0.text("completedAt") == nil }),
            "mostRecentVisitStartAt": .optional(past.compactMap { $0.text("startAt") }.max()),
        ]
    }

    static func recurrence(_ rule: String?) -> GraphQLValue {
        guard let rule else { return .null }
        let frequency = rule.split(separator: ";").first { $0.contains("FREQ=") }?.split(separator: "=").last ?? ""
        return ["calendarRule": .string(rule), "friendly": .string(frequency.lowercased())]
    }
}

extension String {
    /// The text, or nil where it is empty.
    var nonEmpty: String? { isEmpty ? nil : self }
}
