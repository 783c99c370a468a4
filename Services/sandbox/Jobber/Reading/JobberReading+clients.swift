import SandboxGraphQL

extension JobberReading {
    static let clientGetters: [String: Getter] = [
        "name": { reading, client, _ in .text(reading.name(ofClient: client)) },
        "secondaryName": { reading, client, _ in
            let person = reading.personName(of: client)
            return .text(client.flag("isCompany") && !person.isEmpty ? person : nil)
        },
        "firstName": { _, client, _ in .text(client.text("firstName") ?? "") },
        "lastName": { _, client, _ in .text(client.text("lastName") ?? "") },
        "isLead": { reading, client, _ in
            .flag(reading.store.referring("Job", by: "clientId", to: client.id).isEmpty)
        },
        "isArchivable": { reading, client, _ in
            .flag(
                !client.flag("isArchived")
                    && reading.store.referring("Job", by: "clientId", to: client.id).allSatisfy {
                        $0.text("closedAt") != nil
                    })
        },
        "billingAddressPresent": { _, client, _ in .flag(client["billingAddress"]?.object != nil) },
        "balance": { reading, client, _ in .number(reading.balance(of: client)) },
        "defaultEmails": { _, client, _ in .leaf(.list(primaryFirst(client, "emails", "address"))) },
        "defaultPhones": { _, client, _ in .leaf(.list(primaryFirst(client, "phones", "number"))) },
        "email": { _, client, _ in .leaf(primaryFirst(client, "emails", "address").first ?? .null) },
        "phone": { _, client, _ in .leaf(primaryFirst(client, "phones", "number").first ?? .null) },
        "jobberWebUri": { _, client, _ in .text("https://secure.getjobber.com/clients/\(client.number)") },
        "sampleData": { _, client, _ in .flag(client.flag("sampleData")) },
        "tags": { reading, client, call in reading.page(client.objects("tags"), of: client, call) },
        "customFields": { reading, client, _ in reading.customFields(of: client) },
        "clientProperties": { reading, client, call in
            reading.page(reading.store.referring("Property", by: "clientId", to: client.id), call)
        },
        "properties": { reading, client, _ in
            .records(reading.store.referring("Property", by: "clientId", to: client.id))
        },
        "contacts": { reading, client, call in
            reading.page(reading.store.referring("Contact", by: "clientId", to: client.id), call)
        },
        "invoices": { reading, client, call in
            reading.page(reading.store.referring("Invoice", by: "clientId", to: client.id), call)
        },
        "jobs": { reading, client, call in
            reading.page(reading.store.referring("Job", by: "clientId", to: client.id), call)
        },
        "quotes": { reading, client, call in
            reading.page(reading.store.referring("Quote", by: "clientId", to: client.id), call)
        },
        "requests": { reading, client, call in
            reading.page(reading.store.referring("Request", by: "clientId", to: client.id), call)
        },
        "notes": { reading, client, call in reading.page(reading.notes(of: client, ["ClientNote"]), call) },
        "noteAttachments": { reading, client, call in reading.noteFiles(of: client, ["ClientNote"], call) },
        "unallocatedDepositRecords": { reading, client, call in
            let payments = reading.store.referring("PaymentRecord", by: "clientId", to: client.id)
            let deposits = payments.filter { $0.text("adjustmentType") == "DEPOSIT" && $0.text("invoiceId") == nil }
            return reading.page(deposits, call)
        },
    ]

    static let contactGetters: [String: Getter] = [
        "name": { reading, contact, _ in .text(reading.personName(of: contact)) },
        "emails": { reading, contact, call in reading.page(contact.objects("emails"), of: contact, call) },
        "phones": { reading, contact, call in reading.page(contact.objects("phones"), of: contact, call) },
        "properties": { reading, contact, call in
            reading.page(reading.store.referring("Property", by: "contactIds", to: contact.id), call)
        },
    ]

    static let phoneGetters: [String: PartGetter] = [
        "client": { reading, _, owner in
            guard let owner, owner.collection == "Contact" else { return .record(owner) }
            return reading.one("clientId", of: owner)
        },
        "contact": { _, _, owner in .record(owner?.collection == "Contact" ? owner : nil) },
        "friendly": { _, phone, _ in .text(friendlyPhone(phone.text("number") ?? "")) },
        "normalizedPhoneNumber": { _, phone, _ in .text(normalizedPhone(phone.text("number") ?? "")) },
    ]

    static let addressGetters: [String: PartGetter] = [
        "street": { _, address, _ in
            .text(
                [address.text("street1"), address.text("street2")].compactMap(\.self).filter { !$0.isEmpty }
                    .joined(separator: ", "))
        },
        "geoStatus": { _, address, _ in .text(address.text("street1") == nil ? "NOT_FOUND" : "FOUND") },
    ]

    func name(ofClient client: JobberRecord) -> String {
        let company = client.text("companyName") ?? ""
        let person = personName(of: client)
        return (client.flag("isCompany") || person.isEmpty) && !company.isEmpty ? company : person
    }

    func personName(of record: JobberRecord) -> String {
        [record.text("firstName"), record.text("lastName")].compactMap(\.self).filter { !$0.isEmpty }
            .joined(separator: " ")
    }

    /// What the client owes: the balances of all invoices that were sent.
    func balance(of client: JobberRecord) -> Double {
        store.referring("Invoice", by: "clientId", to: client.id).filter { invoiceStatus($0) != "draft" }
            .reduce(0) { $0 + invoiceAmounts($1).balance }.money
    }

    private static func primaryFirst(_ client: JobberRecord, _ list: String, _ field: String) -> [GraphQLValue] {
        let entries = client.objects(list)
        let ordered = entries.filter { $0.flag("primary") == true } + entries.filter { $0.flag("primary") != true }
        return ordered.compactMap { $0[field] }
    }

    private static func friendlyPhone(_ number: String) -> String {
        let digits = number.filter(\.isNumber)
        let local = digits.count == 11 && digits.hasPrefix("1") ? String(digits.dropFirst()) : digits
        guard local.count == 10 else { return number }
        let parts = [local.prefix(3), local.dropFirst(3).prefix(3), local.suffix(4)]
        return "(\(parts[0])) \(parts[1])-\(parts[2])"
    }

    private static func normalizedPhone(_ number: String) -> String? {
        let digits = number.filter(\.isNumber)
        switch digits.count {
        case 10: return "+1\(digits)"
        case 11...15: return "+\(digits)"
        default: return nil
        }
    }
}
