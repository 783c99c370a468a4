import SandboxGraphQL

/// What a sort key reads from a record; numbers come before texts, and nothing comes first.
enum JobberSortKey: Comparable {
    case none
    case number(Double)
    case text(String)
}

extension JobberReading {
    typealias KeyReader = @Sendable (JobberReading, JobberRecord) -> JobberSortKey

    /// The records in the order of `sort`: one entry or a list of them, each `{key or field, direction}`.
    ///
    /// Records with equal keys keep the order of their making.
    func sorted(
        _ records: [JobberRecord], _ keys: [String: KeyReader], _ arguments: GraphQLObject
    ) -> [JobberRecord] {
        let entries = arguments["sort"].map { $0.list?.compactMap(\.object) ?? [$0.object ?? [:]] } ?? []
        let steps = entries.compactMap { entry -> (KeyReader, Bool)? in
            guard let name = entry.text("key") ?? entry.text("field"), let reader = keys[name] else { return nil }
            return (reader, entry.text("direction") == "DESCENDING")
        }
        guard !steps.isEmpty else { return records }
        let keyed = records.map { record in (record, steps.map { $0.0(self, record) }) }
        return keyed.sorted { first, second in
            for (position, step) in steps.enumerated() {
                let (left, right) = (first.1[position], second.1[position])
                if left != right { return step.1 ? right < left : left < right }
            }
            return first.0.number < second.0.number
        }.map(\.0)
    }

    private static func text(_ field: String) -> KeyReader {
        { _, record in record.text(field).map { .text($0.lowercased()) } ?? .none }
    }

    /// Times are compared as they are written.
    private static func time(_ field: String) -> KeyReader {
        { _, record in record.text(field).map { .text($0) } ?? .none }
    }

    private static func number(_ field: String) -> KeyReader {
        { _, record in (record.number(field) ?? record.text(field).flatMap(Double.init)).map { .number($0) } ?? .none }
    }

    private static func ofClient(_ key: String) -> KeyReader {
        { reading, record in
            guard let client = reading.store.record(record.text("clientId")) else { return .none }
            return clientKeys[key]?(reading, client) ?? .none
        }
    }

    static let clientKeys: [String: KeyReader] = [
        "PRIMARY_NAME": { .text($0.name(ofClient: $1).lowercased()) }, "UPDATED_AT": time("updatedAt"),
        "FIRST_NAME": text("firstName"), "LAST_NAME": text("lastName"),
    ]

    static let quoteKeys: [String: KeyReader] = [
        "CLIENT_PRIMARY_NAME": ofClient("PRIMARY_NAME"), "CLIENT_FIRST_NAME": ofClient("FIRST_NAME"),
        "CLIENT_LAST_NAME": ofClient("LAST_NAME"), "CREATED_AT": time("createdAt"), "LAST_SENT_AT": time("sentAt"),
        "LAST_CHANGES_REQUESTED_AT": time("changesRequestedAt"), "APPROVED_AT": time("approvedAt"),
        "CONVERTED_AT": time("convertedAt"), "ARCHIVED_AT": time("archivedAt"), "QUOTE_NUMBER": number("quoteNumber"),
        "QUOTE_STATUS": text("quoteStatus"), "QUOTE_TOTAL": { .number($0.quoteAmounts($1).total) },
        "PROPERTY_STREET1": { reading, quote in
            reading.store.record(quote.text("propertyId"))?["address"]?["street1"]?.string.map {
                .text($0.lowercased())
            }
                ?? .none
        },
    ]

    static let jobKeys: [String: KeyReader] = [
        "CLIENT_PRIMARY_NAME": ofClient("PRIMARY_NAME"), "CLIENT_FIRST_NAME": ofClient("FIRST_NAME"),
        "UPDATED_AT": time("updatedAt"), "JOB_NUMBER": number("jobNumber"), "TOTAL_COST": { .number($0.total(of: $1)) },
        "JOB_STATUS": { .text($0.jobStatus($1)) },
        "SCHEDULE": { $0.period(of: $1).start.map { .text($0) } ?? .none },
        "VISIT_START_DATE": { $0.period(of: $1).start.map { .text($0) } ?? .none },
    ]

    static let visitKeys: [String: KeyReader] = [
        "CREATED_AT": time("createdAt"), "START_AT": time("startAt"), "STATUS": { .text($0.visitStatus($1)) },
        "CLIENT_PRIMARY_NAME": { reading, visit in
            guard let job = reading.store.record(visit.text("jobId")) else { return .none }
            return ofClient("PRIMARY_NAME")(reading, job)
        },
    ]

    static let invoiceKeys: [String: KeyReader] = [
        "INVOICE_NUMBER": number("invoiceNumber"), "INVOICE_STATUS": { .text($0.invoiceStatus($1)) },
        "CLIENT_PRIMARY_NAME": ofClient("PRIMARY_NAME"), "CLIENT_FIRST_NAME": ofClient("FIRST_NAME"),
        "CLIENT_LAST_NAME": ofClient("LAST_NAME"), "CREATED_AT": time("createdAt"), "UPDATED_AT": time("updatedAt"),
        "ISSUED_DATE": text("issuedDate"), "RECEIVED_DATE": text("receivedDate"), "DUE_DATE": text("dueDate"),
        "INVOICE_TOTAL": { .number($0.invoiceAmounts($1).amounts.total) },
        "INVOICE_BALANCE": { .number($0.invoiceAmounts($1).balance) },
        "INVOICE_TAX_AMOUNT": { .number($0.invoiceAmounts($1).amounts.tax) },
        "INVOICE_DISCOUNT_AMOUNT": { .number($0.invoiceAmounts($1).amounts.discount) },
        "INVOICE_STATUS_AND_DUE_DATE_AND_NUMBER": { reading, invoice in
            .text(
                "\(reading.invoiceStatus(invoice)) \(invoice.text("dueDate") ?? "") \(invoice.text("invoiceNumber") ?? "")"
            )
        },
    ]

    static let requestKeys: [String: KeyReader] = [
        "TITLE": text("title"), "REQUESTED_AT": time("createdAt"), "STATUS": { .text($0.requestStatus($1)) },
        "STATUS_AND_REQUESTED_AT": { .text("\($0.requestStatus($1)) \($1.text("createdAt") ?? "")") },
        "PRIMARY_NAME": ofClient("PRIMARY_NAME"), "FIRST_NAME": ofClient("FIRST_NAME"),
        "LAST_NAME": ofClient("LAST_NAME"),
    ]

    static let expenseKeys: [String: KeyReader] = [
        "CREATED_AT": time("createdAt"), "UPDATED_AT": time("updatedAt"), "DATE": text("date"),
    ]

    static let paymentKeys: [String: KeyReader] = [
        "ENTRY_DATE": text("entryDate"), "CREATED_AT": time("createdAt"), "UPDATED_AT": time("updatedAt"),
        "LIST_ORDER": text("entryDate"),
    ]

    static let timeSheetKeys: [String: KeyReader] = ["START_AT": time("startAt")]
    static let productKeys: [String: KeyReader] = ["NAME": text("name"), "CATEGORY": text("category")]
    static let userKeys: [String: KeyReader] = ["NAME": { .text($0.personName(of: $1).lowercased()) }]
    static let configurationKeys: [String: KeyReader] = [
        "SORT_ORDER": number("sortOrder"), "CREATED_AT": time("createdAt"),
    ]
}
