import SandboxGraphQL
import SandboxKit

extension JobberReading {
    static let visitGetters: [String: Getter] = [
        "job": { reading, visit, _ in reading.one("jobId", of: visit) },
        "client": { reading, visit, _ in reading.ofJob(visit, "clientId") },
        "property": { reading, visit, _ in reading.ofJob(visit, "propertyId") },
        "createdBy": { reading, visit, _ in reading.one("createdById", of: visit) },
        "invoice": { reading, visit, _ in
            .record(reading.store.referring("Invoice", by: "visitIds", to: visit.id).first)
        },
        "arrivalWindow": { reading, visit, _ in reading.arrivalWindow(of: visit) },
        "actionsUponComplete": { reading, visit, _ in
            let open = reading.siblings(of: visit).filter { $0.text("completedAt") == nil && $0.id != visit.id }
            let last: GraphQLValue = ["CLOSE_JOB_INVOICE_NOW", "CLOSE_JOB_INVOICE_LATER", "LEAVE_JOB_OPEN"]
            return .leaf(open.isEmpty ? last : ["INVOICE_NOW", "INVOICE_LATER"])
        },
        "assignedUsers": { reading, visit, call in
            reading.page(visit.texts("assignedUserIds").compactMap { reading.store.record($0) }, call)
        },
        "clientConfirmed": { _, visit, _ in .flag(visit.flag("clientConfirmed")) },
        "duration": { reading, visit, _ in reading.duration(of: visit) },
        "incompleteJobFormsCount": { _, _, _ in .int(0) },
        "isComplete": { _, visit, _ in .flag(visit.text("completedAt") != nil) },
        "isDefaultTitle": { _, visit, _ in .flag(visit.text("title") == nil) },
        "title": { reading, visit, _ in
            if let title = visit.text("title") { return .text(title) }
            return .text(reading.store.record(visit.text("jobId")).map { reading.defaultVisitTitle(of: $0) })
        },
        "isLastScheduledVisit": { reading, visit, _ in
            let starts = reading.siblings(of: visit).compactMap { $0.text("startAt") }
            return .flag(visit.text("startAt") != nil && visit.text("startAt") == starts.max())
        },
        "visitStatus": { reading, visit, _ in .text(reading.visitStatus(visit)) },
        "lineItems": { reading, visit, call in
            guard let job = reading.store.record(visit.text("jobId")) else { return .null }
            let lines = job.objects("lineItems").filter { $0.text("visitId") == nil || $0.text("visitId") == visit.id }
            return reading.page(lines, of: job, call)
        },
        "notes": { reading, visit, call in
            guard let job = reading.store.record(visit.text("jobId")) else { return .null }
            return reading.page(reading.notes(of: job, ["JobNote", "ClientNote", "QuoteNote", "RequestNote"]), call)
        },
        "timeSheetEntries": { reading, visit, call in
            reading.page(reading.store.referring("TimeSheetEntry", by: "visitId", to: visit.id), call)
        },
    ]

    static let visitScheduleGetters: [String: PartGetter] = [
        "assignedTo": { reading, _, job in
            let ids = job.map { reading.visits(of: $0) }?.first?.texts("assignedUserIds") ?? []
            let users = ids.compactMap { reading.store.record($0) }
            return .object(.connection(JobberPage(users.map { .record($0) }, [:])))
        }
    ]

    static let eventGetters: [String: Getter] = [
        "duration": { reading, event, _ in reading.duration(of: event) },
        "isComplete": { _, event, _ in .flag(event.text("completedAt") != nil) },
        "isDefaultTitle": { _, _, _ in .flag(false) },
    ]

    /// The status of a visit at this moment; a visit without a time is unscheduled.
    func visitStatus(_ visit: JobberRecord) -> String {
        if visit.text("completedAt") != nil { return "COMPLETED" }
        guard let start = visit.instant("startAt") else { return "UNSCHEDULED" }
        let (today, day) = (calendar.day(of: now), calendar.day(of: start))
        if visit.flag("allDay") {
            let last = visit.instant("endAt").map { calendar.day(of: $0) } ?? day
            return last < today ? "LATE" : day <= today ? "TODAY" : "UPCOMING"
        }
        if (visit.instant("endAt") ?? start) < now { return "LATE" }
        return day <= today ? "TODAY" : "UPCOMING"
    }

    private func siblings(of visit: JobberRecord) -> [JobberRecord] {
        visit.text("jobId").map { store.referring("Visit", by: "jobId", to: $0) } ?? []
    }

    private func ofJob(_ visit: JobberRecord, _ field: String) -> JobberValue {
        store.record(visit.text("jobId")).map { one(field, of: $0) } ?? .null
    }
}
