import Foundation
import SandboxGraphQL
import SandboxKit

extension JobberWriting {
    private static let texts = ["title", "instructions", "salespersonId", "allowReviewRequest", "arrivalWindow"]

    static let jobMutations: [String: Mutation] = [
        "jobCreate": { writing, arguments throws(JobberUserErrors) in
            ["job": .record(try writing.createJob(arguments.object("input") ?? [:]))]
        },
        "jobEdit": { writing, arguments throws(JobberUserErrors) in
            let job = try writing.find(arguments.text("jobId"), "Job", "jobId")
            try writing.editJob(job, arguments.object("input") ?? [:])
            return ["job": .record(job)]
        },
        "jobClose": { writing, arguments throws(JobberUserErrors) in
            let job = try writing.find(arguments.text("jobId"), "Job", "jobId")
            try writing.close(job, arguments.object("input")?.text("modifyIncompleteVisitsBy") ?? "")
            return ["job": .record(job)]
        },
        "jobReopen": { writing, arguments throws(JobberUserErrors) in
            let job = try writing.find(arguments.text("jobId"), "Job", "jobId")
            guard job.text("closedAt") != nil else { throw JobberUserErrors("Job is not closed", "jobId") }
            writing.update(job, operation: "reopen") { $0["closedAt"] = .null }
            writing.announce("JOB_UPDATE", job)
            return ["job": .record(job)]
        },
        "jobCreateLineItems": { writing, arguments throws(JobberUserErrors) in
            let job = try writing.find(arguments.text("jobId"), "Job", "jobId")
            let inputs = arguments.object("input")?.objects("lineItems") ?? []
            try writing.checkLines(inputs)
            let lines = writing.newLines(inputs, "Job")
            writing.setLines(job.objects("lineItems") + lines, ofJob: job)
            return ["job": .record(job), "createdLineItems": .list(lines.map { .part($0, of: job) })]
        },
        "jobEditLineItems": { writing, arguments throws(JobberUserErrors) in
            let job = try writing.find(arguments.text("jobId"), "Job", "jobId")
            let edits = arguments.object("input")?.objects("lineItems") ?? []
            let (all, changed) = try writing.editedLines(job.objects("lineItems"), edits)
            writing.setLines(all, ofJob: job)
            return ["job": .record(job), "modifiedLineItems": .list(changed.map { .part($0, of: job) })]
        },
        "jobDeleteLineItems": { writing, arguments throws(JobberUserErrors) in
            let job = try writing.find(arguments.text("jobId"), "Job", "jobId")
            let ids = arguments.object("input")?.texts("lineItemIds") ?? []
            let (all, removed) = try writing.removedLines(job.objects("lineItems"), ids)
            writing.setLines(all, ofJob: job)
            return ["job": .record(job), "deletedLineItems": .list(removed.map { .part($0, of: job) })]
        },
    ]

    func setLines(_ lines: [GraphQLObject], ofJob job: JobberRecord) {
        if update(job, { $0["lineItems"] = .list(lines.map { .object($0) }) }) { announce("JOB_UPDATE", job) }
    }

    private func createJob(_ input: GraphQLObject) throws(JobberUserErrors) -> JobberRecord {
        let property = try find(input.text("propertyId"), "Property", "input", "propertyId")
        try checkReferences(
            input, [("quoteId", "Quote"), ("requestId", "Request"), ("salespersonId", "User")])
        let scheduling = input.object("scheduling") ?? [:]
        for id in scheduling.texts("assignedTo") { _ = try find(id, "User", "input", "scheduling", "assignedTo") }
        try checkLines(input.objects("lineItems"))
        for note in input.objects("notes") { try checkNote(note) }
        let customFields = try customFieldValues(input.objects("customFields"), on: "Job")
        var fields: GraphQLObject = [
            "propertyId": .string(property.id), "clientId": property["clientId"] ?? .null,
            "quoteId": input["quoteId"] ?? .null, "requestId": input["requestId"] ?? .null,
            "customFields": .list(customFields), "source": "GQL_API",
        ]
        fields.copy(Self.texts + ["jobNumber"], from: input)
        setInvoicing(input.object("invoicing"), in: &fields)
        setTimeframe(input.object("timeframe"), in: &fields)
        if let rule = scheduling.text("recurrence") {
            fields["visitRule"] = .string(rule)
            fields["jobType"] = "RECURRING"
        }
        fields["lineItems"] = .list(newLines(input.objects("lineItems"), "Job").map { .object($0) })
        let job = create("Job", filledJob(fields))
        announce("JOB_CREATE", job)
        if let quote = store.record(job.text("quoteId")) { transition(quote, to: "converted") }
        if scheduling.flag("createVisits") == true { createVisits(of: job, scheduling) }
        for note in input.objects("notes") { try createNote(note, "JobNote", on: job) }
        return job
    }

    /// The fields that every job has.
    func filledJob(_ fields: GraphQLObject) -> GraphQLObject {
        var fields = fields
        fields.fill("jobNumber", .int(nextDocumentNumber("Job")))
        fields.fill("jobType", "ONE_OFF")
        fields.fill("billingType", "FIXED_PRICE")
        fields.fill("billingFrequency", "ON_COMPLETION")
        fields.fill("source", "INTERNAL")
        fields.fill("allowReviewRequest", false)
        for name in ["lineItems", "customFields"] { fields.fill(name, []) }
        if let property = store.record(fields.text("propertyId")) {
            fields.fill("clientId", property["clientId"] ?? .null)
        }
        return fields
    }

    private func setInvoicing(_ invoicing: GraphQLObject?, in fields: inout GraphQLObject) {
        guard let invoicing else { return }
        fields["billingType"] = invoicing["invoicingType"] ?? "FIXED_PRICE"
        fields["billingFrequency"] = invoicing["invoicingSchedule"] ?? "ON_COMPLETION"
        if let rule = invoicing["recurrence"] { fields["billingRule"] = rule }
    }

    private func setTimeframe(_ timeframe: GraphQLObject?, in fields: inout GraphQLObject) {
        guard let timeframe else { return }
        let start = timeframe.text("startAt").flatMap { calendar.instant(day: $0, time: nil) }
        if let start { fields["timeframeStartAt"] = GraphQLValue(start) }
        guard let from = start ?? fields.text("timeframeStartAt").flatMap(SandboxInstant.init(iso8601:)),
            let value = timeframe["durationValue"]?.int
        else { return }
        let (unit, factor): (Calendar.Component, Int) =
            switch timeframe.text("durationUnits") {
            case "WEEKS": (.day, 7)
            case "MONTHS": (.month, 1)
            case "YEARS": (.year, 1)
            default: (.day, 1)
            }
        fields["timeframeEndAt"] = GraphQLValue(calendar.adding(value * factor, unit, to: from))
    }

    /// The visits of a new schedule; only the first is announced, as Jobber does for a series.
    private func createVisits(of job: JobberRecord, _ scheduling: GraphQLObject) {
        let start = job.instant("timeframeStartAt")
        let days = start.map { first in
            job.text("visitRule").map {
                RecurrenceRule($0).days(from: first, until: job.instant("timeframeEndAt"), calendar)
            } ?? [first]
        }
        for (position, day) in (days ?? []).enumerated() {
            let date = calendar.day(of: day)
            var fields: GraphQLObject = ["jobId": .string(job.id)]
            fields["assignedUserIds"] = .list(scheduling.texts("assignedTo").map { .string($0) })
            let time = scheduling.text("startTime")
            if let begin = calendar.instant(day: date, time: time) { fields["startAt"] = GraphQLValue(begin) }
            let endTime = scheduling.text("endTime") ?? time.map { _ in "23:59:59" } ?? "23:59:59"
            if let end = calendar.instant(day: date, time: endTime) { fields["endAt"] = GraphQLValue(end) }
            fields["allDay"] = .bool(time == nil)
            let visit = create("Visit", filledVisit(fields))
            if position == 0 { announce("VISIT_CREATE", visit) }
        }
        if days == nil {
            let visit = create(
                "Visit",
                filledVisit([
                    "jobId": .string(job.id),
                    "assignedUserIds": .list(scheduling.texts("assignedTo").map { .string($0) }),
                ]))
            announce("VISIT_CREATE", visit)
        }
    }

    private func editJob(_ job: JobberRecord, _ input: GraphQLObject) throws(JobberUserErrors) {
        try checkReferences(input, [("salespersonId", "User")])
        let scheduling = input.object("scheduling") ?? [:]
        for id in scheduling.texts("assignedTo") { _ = try find(id, "User", "input", "scheduling", "assignedTo") }
        let customFields = try customFieldValues(
            input.objects("customFields"), on: "Job", merging: job.objects("customFields"))
        let isChanged = update(job) { fields in
            fields.copy(Self.texts + ["jobNumber"], from: input)
            setInvoicing(input.object("invoicing"), in: &fields)
            setTimeframe(input.object("timeframe"), in: &fields)
            fields["customFields"] = .list(customFields)
            if let rule = scheduling.text("recurrence") {
                fields["visitRule"] = .string(rule)
                fields["jobType"] = "RECURRING"
            }
        }
        if scheduling.flag("createVisits") == true { createVisits(of: job, scheduling) }
        if isChanged { announce("JOB_UPDATE", job) }
    }

    /// Closes a job; its open visits are dropped, or done where they lie in the past.
    func close(_ job: JobberRecord, _ decision: String) throws(JobberUserErrors) {
        guard job.text("closedAt") == nil else { throw JobberUserErrors("Job is already closed", "jobId") }
        let open = store.referring("Visit", by: "jobId", to: job.id).filter { $0.text("completedAt") == nil }
        for visit in open {
            let isPast = visit.instant("startAt").map { $0 < now } ?? false
            if decision == "COMPLETE_PAST_DESTROY_FUTURE", isPast {
                complete(visit, at: now)
            } else {
                delete(visit)
                announce("VISIT_DESTROY", visit)
            }
        }
        update(job, operation: "close") { $0["closedAt"] = nowValue }
        announce("JOB_UPDATE", job)
        announce("JOB_CLOSED", job)
    }
}
