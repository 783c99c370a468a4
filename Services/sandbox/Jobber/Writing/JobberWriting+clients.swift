import SandboxGraphQL

extension JobberWriting {
    private static let names = ["title", "firstName", "lastName", "companyName", "isCompany"]
    private static let reminders = [
        "receivesReminders", "receivesFollowUps", "receivesQuoteFollowUps", "receivesInvoiceFollowUps",
        "receivesReviewRequests",
    ]

    static let clientMutations: [String: Mutation] = [
        "clientCreate": { writing, arguments throws(JobberUserErrors) in
            ["client": .record(try writing.createClient(arguments.object("input") ?? [:]))]
        },
        "clientsCreate": { writing, arguments throws(JobberUserErrors) in
            let inputs = arguments.objects("input")
            for input in inputs { try writing.checkClient(input) }
            var clients: [JobberRecord] = []
            for input in inputs { clients.append(try writing.createClient(input)) }
            return ["clients": .object(.connection(JobberPage(clients.map { .record($0) }, [:])))]
        },
        "clientEdit": { writing, arguments throws(JobberUserErrors) in
            let client = try writing.find(arguments.text("clientId"), "Client", "clientId")
            try writing.editClient(client, arguments.object("input") ?? [:])
            return ["client": .record(client)]
        },
        "clientArchive": { writing, arguments throws(JobberUserErrors) in
            let client = try writing.find(arguments.text("clientId"), "Client", "clientId")
            let hasOpenJobs = writing.store.referring("Job", by: "clientId", to: client.id).contains {
                $0.text("closedAt") == nil
            }
            if hasOpenJobs { throw JobberUserErrors("Client with active work cannot be archived", "clientId") }
            if writing.update(client, { $0["isArchived"] = true }) { writing.announce("CLIENT_UPDATE", client) }
            return ["client": .record(client)]
        },
        "clientUnarchive": { writing, arguments throws(JobberUserErrors) in
            let client = try writing.find(arguments.text("clientId"), "Client", "clientId")
            if writing.update(client, { $0["isArchived"] = false }) { writing.announce("CLIENT_UPDATE", client) }
            return ["client": .record(client)]
        },
    ]

    // MARK: Create

    private func checkClient(_ input: GraphQLObject) throws(JobberUserErrors) {
        let isNamed = ["firstName", "lastName", "companyName"].contains { !(input.text($0) ?? "").isEmpty }
        guard isNamed else {
            throw JobberUserErrors("Client must have a first name, last name or company name", "input")
        }
        if input.flag("isCompany") == true, (input.text("companyName") ?? "").isEmpty {
            throw JobberUserErrors("Company name can't be blank", "input", "companyName")
        }
        try checkContactMethods(input.objects("emails"), input.objects("phones"))
        for contact in input.objects("contacts") {
            try checkContactMethods(contact.objects("emails"), contact.objects("phones"))
        }
        for property in input.objects("properties") { try checkProperty(property) }
        _ = try customFieldValues(input.objects("customFields"), on: "Client", merging: [], assigning: false)
    }

    private func createClient(_ input: GraphQLObject) throws(JobberUserErrors) -> JobberRecord {
        try checkClient(input)
        var fields = GraphQLObject()
        fields.copy(Self.names + Self.reminders, from: input)
        fields["emails"] = .list(newEmails(input.objects("emails"), into: []))
        fields["phones"] = .list(newPhones(input.objects("phones"), into: []))
        fields["billingAddress"] =
            input.object("billingAddress").map { .object(Self.address($0, for: "Client")) } ?? .null
        if let source = input.object("sourceAttribution") {
            fields["sourceAttribution"] = ["sourceText": source["sourceText"] ?? .null]
        }
        fields["customFields"] = .list(try customFieldValues(input.objects("customFields"), on: "Client"))
        let client = create("Client", Self.filledClient(fields))
        announce("CLIENT_CREATE", client)
        for contact in input.objects("contacts") { createContact(contact, of: client) }
        for property in input.objects("properties") { _ = try createProperty(property, of: client) }
        return client
    }

    /// The fields that every client has.
    static func filledClient(_ fields: GraphQLObject) -> GraphQLObject {
        var fields = fields
        for name in ["firstName", "lastName"] { fields.fill(name, "") }
        for name in ["companyName", "title"] where fields[name] == nil { fields[name] = .null }
        for name in ["isCompany", "isArchived"] { fields.fill(name, false) }
        for name in reminders { fields.fill(name, true) }
        for name in ["emails", "phones", "tags", "customFields"] { fields.fill(name, []) }
        return fields
    }

    // MARK: Edit

    private func editClient(_ client: JobberRecord, _ input: GraphQLObject) throws(JobberUserErrors) {
        let emails = try changedList(client, "emails", "email", input, "emails")
        let phones = try changedList(client, "phones", "phone number", input, "phones")
        try checkContactMethods(
            input.objects("emailsToAdd") + input.objects("emailsToEdit"),
            input.objects("phonesToAdd") + input.objects("phonesToEdit"))
        var result = client.fields
        result.copy(Self.names, from: input)
        let isNamed = ["firstName", "lastName", "companyName"].contains { !(result.text($0) ?? "").isEmpty }
        guard isNamed else {
            throw JobberUserErrors("Client must have a first name, last name or company name", "input")
        }
        for property in input.objects("propertiesToAdd") { try checkProperty(property) }
        let edited = try input.objects("propertiesToEdit").map { property throws(JobberUserErrors) in
            let record = try find(property.text("propertyId"), "Property", "input", "propertiesToEdit", "propertyId")
            guard record.text("clientId") == client.id else {
                throw JobberUserErrors("Property does not belong to this client", "input", "propertiesToEdit")
            }
            return (record, property)
        }
        for (_, property) in edited { try checkPropertyEdit(property) }
        let removed = try input.texts("propertiesToDelete").map { id throws(JobberUserErrors) in
            try find(id, "Property", "input", "propertiesToDelete")
        }
        for property in removed where !store.referring("Job", by: "propertyId", to: property.id).isEmpty {
            throw JobberUserErrors("Property with work cannot be deleted", "input", "propertiesToDelete")
        }
        for id in input.texts("contactsToDelete") { _ = try find(id, "Contact", "input", "contactsToDelete") }
        for contact in input.objects("contactsToEdit") { try checkContactEdit(contact) }
        for contact in input.objects("contactsToAdd") {
            try checkContactMethods(contact.objects("emails"), contact.objects("phones"))
        }
        let customFields = try customFieldValues(
            input.objects("customFields"), on: "Client", merging: client.objects("customFields"))

        var isChanged = update(client) { fields in
            fields.copy(Self.names + Self.reminders, from: input)
            fields["emails"] = .list(newEmails(input.objects("emailsToAdd"), into: emails))
            fields["phones"] = .list(newPhones(input.objects("phonesToAdd"), into: phones))
            if let address = input["billingAddress"] {
                fields["billingAddress"] =
                    address.object.map {
                        .object(Self.address($0, for: "Client", merging: fields.object("billingAddress")))
                    } ?? .null
            }
            fields["customFields"] = .list(customFields)
            var tags = fields.objects("tags").filter { !input.texts("tagsToDelete").contains($0.text("label") ?? "") }
            for label in input.texts("tagsToAdd") where !tags.contains(where: { $0.text("label") == label }) {
                tags.append(["id": store.nextID("Tag"), "label": .string(label)])
            }
            fields["tags"] = .list(tags.map { .object($0) })
        }
        for contact in input.objects("contactsToAdd") {
            createContact(contact, of: client)
            isChanged = true
        }
        for contact in input.objects("contactsToEdit") {
            guard let record = store.record(contact.text("id"), in: "Contact") else { continue }
            isChanged = try editContact(record, contact) || isChanged
        }
        for id in input.texts("contactsToDelete") {
            guard let record = store.record(id, in: "Contact") else { continue }
            delete(record)
            isChanged = true
        }
        for property in input.objects("propertiesToAdd") { _ = try createProperty(property, of: client) }
        for (record, property) in edited { try editProperty(record, property) }
        for property in removed {
            delete(property)
            announce("PROPERTY_DESTROY", property)
        }
        if isChanged {
            touch(client)
            announce("CLIENT_UPDATE", client)
        }
    }

    // MARK: Contacts

    @discardableResult
    func createContact(_ input: GraphQLObject, of client: JobberRecord) -> JobberRecord {
        var fields = GraphQLObject()
        fields.copy(["firstName", "lastName", "role", "title", "isBillingContact"] + Self.reminders, from: input)
        fields["clientId"] = .string(client.id)
        fields["emails"] = .list(newEmails(input.objects("emails"), into: []))
        fields["phones"] = .list(newPhones(input.objects("phones"), into: []))
        return create("Contact", typeName: "ContactModel", Self.filledContact(fields))
    }

    static func filledContact(_ fields: GraphQLObject) -> GraphQLObject {
        var fields = fields
        for name in ["isBillingContact"] { fields.fill(name, false) }
        for name in reminders { fields.fill(name, true) }
        for name in ["emails", "phones"] { fields.fill(name, []) }
        return fields
    }

    func checkContactEdit(_ input: GraphQLObject) throws(JobberUserErrors) {
        let contact = try find(input.text("id"), "Contact", "input", "contactsToEdit", "id")
        _ = try changedList(contact, "emails", "email", input, "emails")
        _ = try changedList(contact, "phones", "phone number", input, "phones")
        try checkContactMethods(
            input.objects("emailsToAdd") + input.objects("emailsToEdit"),
            input.objects("phonesToAdd") + input.objects("phonesToEdit"))
    }

    func editContact(_ contact: JobberRecord, _ input: GraphQLObject) throws(JobberUserErrors) -> Bool {
        let emails = try changedList(contact, "emails", "email", input, "emails")
        let phones = try changedList(contact, "phones", "phone number", input, "phones")
        return update(contact) { fields in
            fields.copy(["firstName", "lastName", "role", "title", "isBillingContact"] + Self.reminders, from: input)
            fields["emails"] = .list(newEmails(input.objects("emailsToAdd"), into: emails))
            fields["phones"] = .list(newPhones(input.objects("phonesToAdd"), into: phones))
        }
    }

    // MARK: E-mails and phones

    func checkContactMethods(_ emails: [GraphQLObject], _ phones: [GraphQLObject]) throws(JobberUserErrors) {
        for email in emails {
            guard let address = email["address"] else { continue }
            let text = address.string ?? ""
            guard text.contains("@"), !text.hasPrefix("@"), !text.hasSuffix("@"), !text.contains(" ") else {
                throw JobberUserErrors("Email address is invalid", "input", "emails", "address")
            }
        }
        for phone in phones {
            guard let number = phone["number"] else { continue }
            guard (number.string ?? "").contains(where: \.isNumber) else {
                throw JobberUserErrors("Phone number is invalid", "input", "phones", "number")
            }
        }
    }

    /// A list of e-mails or phones after the edits and deletions of the input.
    private func changedList(
        _ record: JobberRecord, _ name: String, _ word: String, _ input: GraphQLObject, _ prefix: String
    ) throws(JobberUserErrors) -> [GraphQLObject] {
        var list = record.objects(name)
        for edit in input.objects("\(prefix)ToEdit") {
            guard let position = list.firstIndex(where: { $0["id"] == edit["id"] }) else {
                throw JobberUserErrors("The \(word) to edit was not found", "input", "\(prefix)ToEdit")
            }
            list[position].copy(["description", "address", "number", "smsAllowed"], from: edit)
            if edit.flag("primary") == true { list = Self.withPrimary(position, in: list) }
        }
        for id in input.texts("\(prefix)ToDelete") {
            guard let position = list.firstIndex(where: { $0.text("id") == id }) else {
                throw JobberUserErrors("The \(word) to delete was not found", "input", "\(prefix)ToDelete")
            }
            list.remove(at: position)
        }
        return list
    }

    private func newEmails(_ inputs: [GraphQLObject], into list: [GraphQLObject]) -> [GraphQLValue] {
        append(inputs, to: list) { input in
            [
                "id": store.nextID("Email"), "address": input["address"] ?? "",
                "description": input["description"] ?? "MAIN", "primary": input["primary"] ?? false,
            ]
        }
    }

    private func newPhones(_ inputs: [GraphQLObject], into list: [GraphQLObject]) -> [GraphQLValue] {
        append(inputs, to: list) { input in
            [
                "id": store.nextID("ClientPhoneNumber"), "number": input["number"] ?? "",
                "description": input["description"] ?? "MAIN", "primary": input["primary"] ?? false,
                "smsAllowed": input["smsAllowed"] ?? false,
            ]
        }
    }

    /// Adds entries; there is one primary entry, the first where none was named.
    private func append(
        _ inputs: [GraphQLObject], to list: [GraphQLObject], _ make: (GraphQLObject) -> GraphQLObject
    ) -> [GraphQLValue] {
        var list = list
        for input in inputs {
            list.append(make(input))
            if input.flag("primary") == true { list = Self.withPrimary(list.count - 1, in: list) }
        }
        if !list.isEmpty, !list.contains(where: { $0.flag("primary") == true }) { list = Self.withPrimary(0, in: list) }
        return list.map { .object($0) }
    }

    private static func withPrimary(_ position: Int, in list: [GraphQLObject]) -> [GraphQLObject] {
        list.enumerated().map { index, entry in
            var entry = entry
            entry["primary"] = .bool(index == position)
            return entry
        }
    }
}
