import SandboxGraphQL
import SandboxKit

extension JobberReading {
    static let propertyGetters: [String: Getter] = [
        "client": { reading, property, _ in reading.one("clientId", of: property) },
        "taxRate": { reading, property, _ in reading.one("taxRateId", of: property) },
        "customFields": { reading, property, _ in reading.customFields(of: property) },
        "jobberWebUri": { _, property, _ in .text("https://secure.getjobber.com/properties/\(property.number)") },
        "isBillingAddress": { reading, property, _ in
            let billing = reading.store.record(property.text("clientId"))?["billingAddress"]?.object
            return .flag(billing?.text("street1") == property["address"]?["street1"]?.string)
        },
        "contacts": { reading, property, call in
            reading.page(property.texts("contactIds").compactMap { reading.store.record($0) }, call)
        },
        "jobs": { reading, property, call in
            reading.page(reading.store.referring("Job", by: "propertyId", to: property.id), call)
        },
        "quotes": { reading, property, call in
            reading.page(reading.store.referring("Quote", by: "propertyId", to: property.id), call)
        },
        "requests": { reading, property, call in
            reading.page(reading.store.referring("Request", by: "propertyId", to: property.id), call)
        },
    ]

    static let requestGetters: [String: Getter] = [
        "client": { reading, request, _ in reading.one("clientId", of: request) },
        "property": { reading, request, _ in reading.one("propertyId", of: request) },
        "referringClient": { reading, request, _ in reading.one("referringClientId", of: request) },
        "salesperson": { reading, request, _ in reading.one("salespersonId", of: request) },
        "assessment": { reading, request, _ in
            .record(reading.store.referring("Assessment", by: "requestId", to: request.id).first)
        },
        "companyName": { reading, request, _ in
            .text(reading.store.record(request.text("clientId"))?.text("companyName"))
        },
        "contactName": { reading, request, _ in
            .text(reading.store.record(request.text("clientId")).map { reading.personName(of: $0) })
        },
        "email": { reading, request, call in reading.ofClient(request, "email", call) },
        "phone": { reading, request, call in reading.ofClient(request, "phone", call) },
        "isArchivable": { _, request, _ in .flag(request.text("archivedAt") == nil) },
        "isScheduled": { reading, request, _ in
            .flag(reading.assessment(of: request)?.text("startAt") != nil)
        },
        "requestStatus": { reading, request, _ in .text(reading.requestStatus(request)) },
        "jobberWebUri": { _, request, _ in .text("https://secure.getjobber.com/work_requests/\(request.number)") },
        "jobs": { reading, request, call in
            reading.page(reading.store.referring("Job", by: "requestId", to: request.id), call)
        },
        "quotes": { reading, request, call in
            reading.page(reading.store.referring("Quote", by: "requestId", to: request.id), call)
        },
        "lineItems": { reading, request, call in reading.page(request.objects("lineItems"), of: request, call) },
        "notes": { reading, request, call in
            reading.page(reading.notes(of: request, ["RequestNote", "ClientNote"]), call)
        },
        "noteAttachments": { reading, request, call in reading.noteFiles(of: request, ["RequestNote"], call) },
    ]

    static let assessmentGetters: [String: Getter] = [
        "client": { reading, assessment, _ in reading.one("clientId", of: assessment) },
        "property": { reading, assessment, _ in reading.one("propertyId", of: assessment) },
        "request": { reading, assessment, _ in reading.one("requestId", of: assessment) },
        "createdBy": { reading, assessment, _ in reading.one("createdById", of: assessment) },
        "isComplete": { _, assessment, _ in .flag(assessment.text("completedAt") != nil) },
        "duration": { reading, assessment, _ in reading.duration(of: assessment) },
        "assignedUsers": { reading, assessment, call in
            reading.page(assessment.texts("assignedUserIds").compactMap { reading.store.record($0) }, call)
        },
    ]

    func assessment(of request: JobberRecord) -> JobberRecord? {
        store.referring("Assessment", by: "requestId", to: request.id).first
    }

    /// The status that follows from archiving, conversion, and the assessment's time.
    func requestStatus(_ request: JobberRecord) -> String {
        if request.text("archivedAt") != nil { return "archived" }
        let isConverted =
            !store.referring("Job", by: "requestId", to: request.id).isEmpty
            || !store.referring("Quote", by: "requestId", to: request.id).isEmpty
        if isConverted { return "converted" }
        guard let assessment = assessment(of: request) else { return "new" }
        if assessment.text("completedAt") != nil { return "assessment_completed" }
        guard let start = assessment.instant("startAt") else { return "unscheduled" }
        if calendar.day(of: start) == calendar.day(of: now) { return "today" }
        return start < now ? "overdue" : "upcoming"
    }

    func ofClient(_ record: JobberRecord, _ field: String, _ call: FieldCall) -> JobberValue {
        guard let client = store.record(record.text("clientId")), let getter = Self.clientGetters[field] else {
            return .null
        }
        return getter(self, client, call)
    }

    /// The planned length of an appointment, in minutes.
    func duration(of appointment: JobberRecord) -> JobberValue {
        guard let start = appointment.instant("startAt"), let end = appointment.instant("endAt") else { return .null }
        return .int(Int((end - start) / 60_000))
    }
}
