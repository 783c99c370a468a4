import SandboxGraphQL
import SandboxKit

extension JobberWriting {
    static let visitMutations: [String: Mutation] = [
        "visitCreate": { writing, arguments throws(JobberUserErrors) in
            let job = try writing.find(arguments.text("jobId"), "Job", "jobId")
            let visits = try writing.createVisits(arguments.object("input")?.objects("visits") ?? [], of: job)
            return ["job": .record(job), "createdVisits": .records(visits)]
        },
        "visitEdit": { writing, arguments throws(JobberUserErrors) in
            let visit = try writing.find(arguments.text("id"), "Visit", "id")
            let input = arguments.object("attributes") ?? [:]
            return writing.changed(visit) { $0.copy(["title", "instructions"], from: input) }
        },
        "visitEditSchedule": { writing, arguments throws(JobberUserErrors) in
            let visit = try writing.find(arguments.text("id"), "Visit", "id")
            let schedule = try writing.schedule(arguments.object("input") ?? [:])
            return writing.changed(visit) { $0.copy(["startAt", "endAt", "allDay"], from: schedule) }
        },
        "visitEditAssignedUsers": { writing, arguments throws(JobberUserErrors) in
            let visit = try writing.find(arguments.text("visitId"), "Visit", "visitId")
            return try writing.assign(arguments.object("input")?.texts("assignedUserIds") ?? [], to: visit, as: "visit")
        },
        "visitComplete": { writing, arguments throws(JobberUserErrors) in
            let visit = try writing.find(arguments.text("visitId"), "Visit", "visitId")
            let given = arguments.object("input")?.text("completedAt").flatMap(SandboxInstant.init(iso8601:))
            writing.complete(visit, at: given ?? writing.now)
            return ["visit": .record(visit)]
        },
        "visitUncomplete": { writing, arguments throws(JobberUserErrors) in
            let visit = try writing.find(arguments.text("visitId"), "Visit", "visitId")
            writing.uncomplete(visit)
            return ["visit": .record(visit)]
        },
        "visitDelete": { writing, arguments throws(JobberUserErrors) in
            var visits: [JobberRecord] = []
            for id in arguments.texts("visitIds") { visits.append(try writing.find(id, "Visit", "visitIds")) }
            for visit in visits {
                writing.delete(visit)
                writing.announce("VISIT_DESTROY", visit)
            }
            return ["visits": .records(visits)]
        },
        "visitCreateLineItems": { writing, arguments throws(JobberUserErrors) in
            let (visit, job) = try writing.visitAndJob(arguments)
            let inputs = arguments.object("input")?.objects("lineItems") ?? []
            try writing.checkLines(inputs)
            writing.setLines(
                job.objects("lineItems") + writing.newLines(inputs, "Job", visitID: visit.id), ofJob: job)
            writing.announce("VISIT_UPDATE", visit)
            return ["visit": .record(visit)]
        },
        "visitEditLineItems": { writing, arguments throws(JobberUserErrors) in
            let (visit, job) = try writing.visitAndJob(arguments)
            let edits = arguments.object("input")?.objects("lineItems") ?? []
            writing.setLines(try writing.editedLines(job.objects("lineItems"), edits).all, ofJob: job)
            writing.announce("VISIT_UPDATE", visit)
            return ["visit": .record(visit)]
        },
        "visitDeleteLineItems": { writing, arguments throws(JobberUserErrors) in
            let (visit, job) = try writing.visitAndJob(arguments)
            let ids = arguments.object("input")?.texts("lineItemIds") ?? []
            writing.setLines(try writing.removedLines(job.objects("lineItems"), ids).all, ofJob: job)
            writing.announce("VISIT_UPDATE", visit)
            return ["visit": .record(visit)]
        },
        "appointmentEditSchedule": { writing, arguments throws(JobberUserErrors) in
            let visit = try writing.find(arguments.text("appointmentId"), "Visit", "appointmentId")
            let schedule = try writing.appointmentSchedule(arguments.object("input") ?? [:], of: visit)
            var payload = writing.changed(visit) { $0.copy(["startAt", "endAt", "allDay"], from: schedule) }
            payload["appointment"] = payload.removeValue(forKey: "visit")
            return payload
        },
        "appointmentEditAssignment": { writing, arguments throws(JobberUserErrors) in
            let visit = try writing.find(arguments.text("appointmentId"), "Visit", "appointmentId")
            let ids = arguments.object("input")?.texts("assignedUserIds") ?? []
            return try writing.assign(ids, to: visit, as: "appointment")
        },
        "appointmentEditCompleteness": { writing, arguments throws(JobberUserErrors) in
            let visit = try writing.find(arguments.text("appointmentId"), "Visit", "appointmentId")
            if arguments.object("input")?.flag("completed") == true {
                writing.complete(visit, at: writing.now)
            } else {
                writing.uncomplete(visit)
            }
            return ["appointment": .record(visit)]
        },
    ]

    /// The fields that every visit has; without a time it is unscheduled.
    func filledVisit(_ fields: GraphQLObject) -> GraphQLObject {
        var fields = fields
        for name in ["title", "instructions", "startAt", "endAt", "completedAt"] where fields[name] == nil {
            fields[name] = .null
        }
        for name in ["allDay", "clientConfirmed"] { fields.fill(name, false) }
        fields.fill("assignedUserIds", [])
        fields.fill("createdById", .optional(viewer.userID))
        return fields
    }

    private func createVisits(_ inputs: [GraphQLObject], of job: JobberRecord) throws(JobberUserErrors)
        -> [JobberRecord]
    {
        guard job.text("closedAt") == nil else { throw JobberUserErrors("Job is closed", "jobId") }
        var planned: [GraphQLObject] = []
        for input in inputs {
            var fields: GraphQLObject = ["jobId": .string(job.id)]
            fields.copy(["title", "instructions", "overrideOrder"], from: input)
            if let given = input.object("schedule") {
                fields.copy(["startAt", "endAt", "allDay"], from: try schedule(given))
                for id in given.texts("teamMemberIdsToAssign") {
                    _ = try find(id, "User", "input", "visits", "schedule")
                }
                fields["assignedUserIds"] = given["teamMemberIdsToAssign"] ?? []
                if let offset = given["teamReminderOffset"] { fields["teamReminderOffset"] = offset }
            }
            planned.append(fields)
        }
        let visits = planned.map { create("Visit", filledVisit($0)) }
        if let first = visits.first { announce("VISIT_CREATE", first) }
        return visits
    }

    /// The stored times of `{startAt, endAt}` in local parts; a date without a time is a whole day.
    private func schedule(_ input: GraphQLObject) throws(JobberUserErrors) -> GraphQLObject {
        var times: GraphQLObject = ["startAt": .null, "endAt": .null, "allDay": false]
        if let start = input.object("startAt") {
            guard let instant = JobberCalendar.instant(local: start) else {
                throw JobberUserErrors("Start is not a time", "input", "startAt")
            }
            times["startAt"] = GraphQLValue(instant)
            times["allDay"] = .bool(start.text("time") == nil)
        }
        if let end = input.object("endAt") {
            guard let instant = JobberCalendar.instant(local: end) else {
                throw JobberUserErrors("End is not a time", "input", "endAt")
            }
            times["endAt"] = GraphQLValue(instant)
            guard let start = times.text("startAt").flatMap(SandboxInstant.init(iso8601:)) else {
                throw JobberUserErrors("Start can't be blank when there is an end", "input", "startAt")
            }
            guard instant >= start else { throw JobberUserErrors("End must be after start", "input", "endAt") }
        }
        return times
    }

    private func appointmentSchedule(
        _ input: GraphQLObject, of visit: JobberRecord
    ) throws(JobberUserErrors) -> GraphQLObject {
        if input.flag("unschedule") == true { return ["startAt": .null, "endAt": .null, "allDay": false] }
        if let whole = input.object("scheduleAllDay") {
            let zone = JobberCalendar(timezone: whole.text("timezone") ?? "UTC")
            let first = whole.text("startDate") ?? ""
            let last = whole.text("endDate") ?? first
            guard let start = zone.instant(day: first, time: nil), let end = zone.instant(day: last, time: "23:59:59")
            else { throw JobberUserErrors("The dates are not valid", "input", "scheduleAllDay") }
            return ["startAt": GraphQLValue(start), "endAt": GraphQLValue(end), "allDay": true]
        }
        guard let timed = input.object("schedule"), let day = visit.instant("startAt") else {
            throw JobberUserErrors("Give schedule, scheduleAllDay or unschedule", "input")
        }
        let zone = JobberCalendar(timezone: timed.text("timezone") ?? "UTC")
        let date = zone.day(of: day)
        guard let start = zone.instant(day: date, time: timed.text("startAt")),
            let end = zone.instant(day: date, time: timed.text("endAt")), end >= start
        else { throw JobberUserErrors("End must be after start", "input", "schedule") }
        return ["startAt": GraphQLValue(start), "endAt": GraphQLValue(end), "allDay": false]
    }

    /// Changes a visit and tells about it.
    ///
    /// Its job does not count as changed: polling jobs does not find visits.
    private func changed(_ visit: JobberRecord, _ body: (inout GraphQLObject) -> Void) -> Payload {
        if update(visit, body) { announce("VISIT_UPDATE", visit) }
        return ["visit": .record(visit)]
    }

    private func assign(
        _ ids: [String], to visit: JobberRecord, as member: String
    ) throws(JobberUserErrors) -> Payload {
        for id in ids { _ = try find(id, "User", "input", "assignedUserIds") }
        let payload = changed(visit) { $0["assignedUserIds"] = .list(ids.map { .string($0) }) }
        return [member: payload["visit"] ?? .null]
    }

    func complete(_ visit: JobberRecord, at moment: SandboxInstant) {
        guard visit.text("completedAt") == nil else { return }
        let name = store.record(viewer.userID).map { user in
            [user.text("firstName"), user.text("lastName")].compactMap(\.self).joined(separator: " ")
        }
        update(visit, operation: "complete") { fields in
            fields["completedAt"] = GraphQLValue(moment)
            fields["completedBy"] = .optional(name)
        }
        announce("VISIT_UPDATE", visit)
        announce("VISIT_COMPLETE", visit)
    }

    func uncomplete(_ visit: JobberRecord) {
        guard visit.text("completedAt") != nil else { return }
        update(visit, operation: "uncomplete") { fields in
            fields["completedAt"] = .null
            fields["completedBy"] = .null
        }
        announce("VISIT_UPDATE", visit)
    }

    private func visitAndJob(_ arguments: GraphQLObject) throws(JobberUserErrors) -> (JobberRecord, JobberRecord) {
        let visit = try find(arguments.text("visitId"), "Visit", "visitId")
        return (visit, try find(visit.text("jobId"), "Job", "visitId"))
    }
}
