import SandboxGraphQL
import SandboxKit

extension JobberReading {
    /// The fields of the query root that answer one record by its id, and the kind of that record.
    private static let single: [String: String] = [
        "client": "Client", "expense": "Expense", "invoice": "Invoice", "job": "Job", "paymentRecord": "PaymentRecord",
        "property": "Property", "quote": "Quote", "request": "Request", "timeSheetEntry": "TimeSheetEntry",
        "user": "User", "visit": "Visit", "payoutRecord": "PayoutRecord",
    ]

    func resolveRoot(_ call: FieldCall) throws(ResolverError) -> JobberValue {
        let arguments = call.arguments
        if let collection = Self.single[call.name] {
            if call.name == "user", arguments.text("id") == nil { return .record(store.record(viewer.userID)) }
            return .record(store.record(arguments.text("id"), in: collection))
        }
        let filter = arguments.object("filter") ?? [:]
        switch call.name {
        case "account": return .part(store.account.fields)
        case "product":
            guard let product = store.record(arguments.text("id"), in: "ProductOrService") else {
                throw ResolverError("Product or service not found", code: "NOT_FOUND")
            }
            return .object(.record(product))
        case "clients": return page(sorted(clients(filter, arguments), Self.clientKeys, arguments), call)
        case "similarClients": return page(similarClients(arguments), call)
        case "clientEmails": return clientEmails(arguments, call)
        case "properties": return page(properties(filter, arguments), call)
        case "quotes": return page(sorted(quotes(filter, arguments), Self.quoteKeys, arguments), call)
        case "jobs": return page(sorted(jobs(filter, arguments), Self.jobKeys, arguments), call)
        case "visits": return page(sorted(visits(filter), Self.visitKeys, arguments), call)
        case "invoices": return page(sorted(invoices(filter, arguments), Self.invoiceKeys, arguments), call)
        case "requests": return page(sorted(requests(filter, arguments), Self.requestKeys, arguments), call)
        case "expenses": return page(sorted(expenses(filter), Self.expenseKeys, arguments), call)
        case "timeSheetEntries": return page(sorted(timeSheetEntries(filter), Self.timeSheetKeys, arguments), call)
        case "paymentRecords": return page(sorted(payments(filter), Self.paymentKeys, arguments), call)
        case "products": return page(sorted(products(filter, arguments), Self.productKeys, filter), call)
        case "users": return page(sorted(users(filter), Self.userKeys, arguments), call)
        case "taxRates": return page(found("TaxRate").filter { matches($0, ["name"], arguments) }, call)
        case "vehicles": return page(found("Vehicle"), call)
        case "customFieldConfigurations":
            return page(sorted(configurations(filter), Self.configurationKeys, arguments), call)
        default: throw ResolverError("No resolver for Query.\(call.name)")
        }
    }

    // MARK: Filters

    /// All records of a kind that lists find by now: a search index lags behind the records.
    ///
    /// - Parameter filter: what lists of records with a time of change are asked for; those that its bound on that time
    ///   leaves out are left out.
    func found(_ collection: String, _ filter: GraphQLObject = [:]) -> [JobberRecord] {
        let earliest = JobberTimeRange(filter.object("updatedAt")).earliest
        let all = earliest.map { store.changed(collection, since: $0) } ?? store.all(collection)
        return indexLag > 0 ? all.filter { now - $0.createdAt >= indexLag } : all
    }

    private func inRange(_ number: Double?, _ range: GraphQLObject?) -> Bool {
        guard let range else { return true }
        guard let number else { return false }
        if let least = range.number("min"), number < least { return false }
        if let most = range.number("max"), number > most { return false }
        if let equal = range.number("eq"), number != equal { return false }
        return true
    }

    /// Whether the filter's value is absent or the same.
    private func same(_ wanted: GraphQLValue?, _ value: GraphQLValue) -> Bool {
        guard let wanted, !wanted.isNull else { return true }
        return wanted == value
    }

    private func matches(_ record: JobberRecord, _ fields: [String], _ arguments: GraphQLObject) -> Bool {
        guard let term = arguments.text("searchTerm")?.lowercased(), !term.isEmpty else { return true }
        return fields.contains { name in
            switch record[name] {
            case .string(let text)?: text.lowercased().contains(term)
            case .int(let number)?: String(number) == term
            default: false
            }
        }
    }

    private func clients(_ filter: GraphQLObject, _ arguments: GraphQLObject) -> [JobberRecord] {
        let times = JobberTimes(filter, "updatedAt", "createdAt")
        return found("Client", filter).filter { client in
            times.fit(client) && same(filter["isCompany"], .bool(client.flag("isCompany")))
                && same(filter["isArchived"], .bool(client.flag("isArchived")))
                && (filter["isLead"].map {
                    $0.isNull || $0.bool == store.referring("Job", by: "clientId", to: client.id).isEmpty
                } ?? true)
                && filter.texts("tags").allSatisfy { tag in client.objects("tags").contains { $0.text("label") == tag }
                }
                && matchesSearch(client, arguments)
        }
    }

    /// Client search looks into the fields that were asked for; names, e-mails and phones where none were.
    private func matchesSearch(_ client: JobberRecord, _ arguments: GraphQLObject) -> Bool {
        guard let term = arguments.text("searchTerm")?.lowercased(), !term.isEmpty else { return true }
        let fields = arguments.texts("searchFields")
        let digits = term.filter(\.isNumber)
        func texts(_ area: String) -> [String] {
            switch area {
            case "NAMES":
                [name(ofClient: client), personName(of: client), client.text("companyName") ?? ""]
            case "EMAILS": client.objects("emails").compactMap { $0.text("address") }
            case "PRIMARY_EMAIL":
                client.objects("emails").filter { $0.flag("primary") == true }.compactMap { $0.text("address") }
            case "NOTES": store.referring("ClientNote", by: "parentId", to: client.id).compactMap { $0.text("message") }
            case "CUSTOM_FIELDS": client.objects("customFields").compactMap { $0.text("value") }
            case "PROPERTIES":
                store.referring("Property", by: "clientId", to: client.id).compactMap { property in
                    ["street1", "street2", "city", "postalCode"].compactMap { property["address"]?[$0]?.string }
                        .joined(separator: " ")
                }
            default: []
            }
        }
        return (fields.isEmpty ? ["NAMES", "EMAILS", "PHONES"] : fields).contains { area in
            if area == "PHONES" {
                let numbers = client.objects("phones").compactMap { $0.text("number")?.filter(\.isNumber) }
                return digits.count > 2 && numbers.contains { $0.contains(digits) }
            }
            return texts(area).contains { $0.lowercased().contains(term) }
        }
    }

    private func similarClients(_ arguments: GraphQLObject) -> [JobberRecord] {
        let emails = Set(arguments.texts("emails").map { $0.lowercased() })
        let names = ["name", "companyName"].compactMap { arguments.text($0)?.lowercased() }
        return found("Client").filter { client in
            names.contains(name(ofClient: client).lowercased()) || names.contains(personName(of: client).lowercased())
                || client.objects("emails").contains { emails.contains(($0.text("address") ?? "").lowercased()) }
        }
    }

    private func clientEmails(_ arguments: GraphQLObject, _ call: FieldCall) -> JobberValue {
        let term = arguments.text("searchTerm")?.lowercased() ?? ""
        let emails = found("Client").flatMap { client in
            client.objects("emails").map { JobberObject.part($0, of: client) }
        }
        let matching = emails.filter { email in
            guard case .part(let fields, _) = email else { return false }
            return term.isEmpty || (fields.text("address") ?? "").lowercased().contains(term)
        }
        return .object(.connection(JobberPage(matching, call.arguments)))
    }

    private func properties(_ filter: GraphQLObject, _ arguments: GraphQLObject) -> [JobberRecord] {
        let term = arguments.text("searchTerm")?.lowercased() ?? ""
        return candidates("Property", "clientId", filter).filter { property in
            guard !term.isEmpty else { return true }
            let address = property["address"]?.object ?? [:]
            let texts = ["street1", "street2", "city", "province", "postalCode"].compactMap { address.text($0) }
            return (texts + [property.text("name") ?? ""]).contains { $0.lowercased().contains(term) }
        }
    }

    /// The records that the filter's reference selects, or all of them.
    private func candidates(_ collection: String, _ field: String, _ filter: GraphQLObject) -> [JobberRecord] {
        guard let id = filter.text(field) else { return found(collection, filter) }
        return store.referring(collection, by: field, to: id).filter {
            indexLag <= 0 || now - $0.createdAt >= indexLag
        }
    }

    private func quotes(_ filter: GraphQLObject, _ arguments: GraphQLObject) -> [JobberRecord] {
        let times = JobberTimes(filter, "updatedAt", "createdAt", "sentAt")
        return candidates("Quote", "clientId", filter).filter { quote in
            same(filter["status"], .string(quote.text("quoteStatus") ?? ""))
                && same(filter["salespersonId"], quote["salespersonId"] ?? .null)
                && times.fit(quote)
                && inRange(quote.text("quoteNumber").flatMap(Double.init), filter.object("quoteNumber"))
                && (filter.object("cost") == nil || inRange(quoteAmounts(quote).total, filter.object("cost")))
                && matches(quote, ["title", "quoteNumber"], arguments)
        }
    }

    private func jobs(_ filter: GraphQLObject, _ arguments: GraphQLObject) -> [JobberRecord] {
        let times = JobberTimes(filter, "createdAt")
        let completed = JobberTimeRange(filter.object("completedAt"))
        let (start, end) = (JobberTimeRange(filter.object("startAt")), JobberTimeRange(filter.object("endAt")))
        let scheduled = JobberTimeRange(filter.object("visitsScheduledBetween"))
        let ids = filter["ids"]?.list.map { Set($0.compactMap(\.string)) }
        return found("Job").filter { job in
            (ids?.contains(job.id) ?? true) && same(filter["jobType"], job["jobType"] ?? .null)
                && times.fit(job)
                && completed.contains(job.text("closedAt"))
                && (start.isOpen || start.contains(period(of: job).start))
                && (end.isOpen || end.contains(period(of: job).end))
                && (filter.text("status").map { jobStatus(job) == $0 } ?? true)
                && (filter.flag("includeUnscheduled") != false || jobStatus(job) != "unscheduled")
                && (filter.flag("onlyInvoiceable") != true || total(of: job) > invoicedTotal(of: job))
                && (filter.object("visitsScheduledBetween") == nil
                    || visits(of: job).contains { scheduled.contains($0.text("startAt")) })
                && matches(job, ["title", "jobNumber", "instructions"], arguments)
        }
    }

    private func visits(_ filter: GraphQLObject) -> [JobberRecord] {
        let times = JobberTimes(filter, "createdAt", "startAt", "endAt", "completedAt")
        let ids = filter["ids"]?.list.map { Set($0.compactMap(\.string)) }
        return found("Visit").filter { visit in
            (ids?.contains(visit.id) ?? true) && (filter.text("status").map { visitStatus(visit) == $0 } ?? true)
                && times.fit(visit)
                && (filter.text("assignedTo").map { visit.texts("assignedUserIds").contains($0) } ?? true)
                && (filter.text("invoiceStatus").map {
                    ($0 == "INVOICED_ONLY") == !store.referring("Invoice", by: "visitIds", to: visit.id).isEmpty
                } ?? true)
        }
    }

    private func invoices(_ filter: GraphQLObject, _ arguments: GraphQLObject) -> [JobberRecord] {
        let times = JobberTimes(filter, "issuedDate", "dueDate", "updatedAt", "createdAt")
        return candidates("Invoice", "clientId", filter).filter { invoice in
            same(filter["invoiceNumber"], invoice["invoiceNumber"] ?? .null)
                && (filter.text("status").map { invoiceStatus(invoice) == $0 } ?? true)
                && times.fit(invoice)
                && (filter.object("total") == nil
                    || inRange(invoiceAmounts(invoice).amounts.total, filter.object("total")))
                && matches(invoice, ["subject", "invoiceNumber"], arguments)
        }
    }

    private func requests(_ filter: GraphQLObject, _ arguments: GraphQLObject) -> [JobberRecord] {
        let times = JobberTimes(filter, "updatedAt", "createdAt")
        return candidates("Request", "clientId", filter).filter { request in
            same(filter["propertyId"], request["propertyId"] ?? .null)
                && (filter.text("status").map { requestStatus(request) == $0 } ?? true)
                && times.fit(request) && matches(request, ["title"], arguments)
        }
    }

    private func expenses(_ filter: GraphQLObject) -> [JobberRecord] {
        let times = JobberTimes(filter, "createdAt", "updatedAt", "date")
        return found("Expense", filter).filter { expense in
            times.fit(expense)
                && same(filter["enteredById"], expense["enteredById"] ?? .null)
                && same(filter["reimbursableToId"], expense["reimbursableToId"] ?? .null)
        }
    }

    private func timeSheetEntries(_ filter: GraphQLObject) -> [JobberRecord] {
        let times = JobberTimes(filter, "createdAt", "updatedAt", "startAt")
        let day = filter.text("activeOnDate").flatMap(SandboxInstant.init(iso8601:)).map { calendar.day(of: $0) }
        return found("TimeSheetEntry", filter).filter { entry in
            times.fit(entry)
                && same(filter["assignedTo"], entry["userId"] ?? .null)
                && same(filter["isApproved"], .bool(entry.text("approvedById") != nil || entry.flag("approved")))
                && same(filter["ticking"], .bool(entry.text("endAt") == nil))
                && (filter.flag("currentUserOnly") != true || entry.text("userId") == viewer.userID)
                && (day == nil || entry.instant("startAt").map { calendar.day(of: $0) } == day)
        }
    }

    private func payments(_ filter: GraphQLObject) -> [JobberRecord] {
        let times = JobberTimes(filter, "entryDate")
        return candidates("PaymentRecord", "clientId", filter).filter { payment in
            times.fit(payment) && same(filter["adjustmentType"], payment["adjustmentType"] ?? .null)
                && same(filter["paymentType"], payment["paymentType"] ?? .null)
                && (filter.flag("refundable") != true || payment.text("adjustmentType") == "PAYMENT")
        }
    }

    private func products(_ filter: GraphQLObject, _ arguments: GraphQLObject) -> [JobberRecord] {
        let ids = filter["ids"]?.list.map { Set($0.compactMap(\.string)) }
        let categories = filter["category"]?.list.map { Set($0.compactMap { $0.string?.uppercased() }) }
        return found("ProductOrService").filter { product in
            (ids?.contains(product.id) ?? true) && (categories?.contains(product.text("category") ?? "") ?? true)
                && matches(product, ["name", "description"], arguments)
        }
    }

    private func users(_ filter: GraphQLObject) -> [JobberRecord] {
        let ids = filter["userIds"]?.list.map { Set($0.compactMap(\.string)) }
        return found("User").filter { user in
            (ids?.contains(user.id) ?? true) && same(filter["status"], user["status"] ?? .null)
        }
    }

    private func configurations(_ filter: GraphQLObject) -> [JobberRecord] {
        found("CustomFieldConfiguration").filter { configuration in
            same(filter["appliesTo"], configuration["appliesTo"] ?? .null)
                && same(filter["valueType"], configuration["valueType"] ?? .null)
                && (filter.flag("createdByThisApp").map { ($0 == true) == (configuration.text("app") == viewer.app) }
                    ?? true)
        }
    }
}
