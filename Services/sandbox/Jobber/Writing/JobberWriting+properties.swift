import SandboxGraphQL

extension JobberWriting {
    static let propertyMutations: [String: Mutation] = [
        "propertyCreate": { writing, arguments throws(JobberUserErrors) in
            let client = try writing.find(arguments.text("clientId"), "Client", "clientId")
            let inputs = arguments.object("input")?.objects("properties") ?? []
            guard !inputs.isEmpty else { throw JobberUserErrors("No properties were given", "input", "properties") }
            for input in inputs { try writing.checkProperty(input) }
            var properties: [JobberRecord] = []
            for input in inputs { properties.append(try writing.createProperty(input, of: client)) }
            return ["client": .record(client), "properties": .records(properties)]
        },
        "propertyEdit": { writing, arguments throws(JobberUserErrors) in
            let property = try writing.find(arguments.text("propertyId"), "Property", "propertyId")
            let input = arguments.object("input") ?? [:]
            try writing.checkPropertyEdit(input)
            try writing.editProperty(property, input)
            return ["property": .record(property)]
        },
    ]

    func checkProperty(_ input: GraphQLObject) throws(JobberUserErrors) {
        let address = input.object("address") ?? [:]
        guard address.contains(where: { !($0.value.string ?? "").isEmpty }) else {
            throw JobberUserErrors("Address can't be blank", "input", "properties", "address")
        }
        try checkReferences(input, [("taxRateId", "TaxRate"), ("contactsToAssign", "Contact")])
        for contact in input.objects("contacts") {
            try checkContactMethods(contact.objects("emails"), contact.objects("phones"))
        }
        _ = try customFieldValues(input.objects("customFields"), on: "Property", merging: [], assigning: false)
    }

    func checkPropertyEdit(_ input: GraphQLObject) throws(JobberUserErrors) {
        try checkReferences(
            input, [("taxRateId", "TaxRate"), ("contactsToAssign", "Contact"), ("contactsToDelete", "Contact")])
        for contact in input.objects("contactsToEdit") { try checkContactEdit(contact) }
        for contact in input.objects("contactsToAdd") {
            try checkContactMethods(contact.objects("emails"), contact.objects("phones"))
        }
        _ = try customFieldValues(input.objects("customFields"), on: "Property", merging: [], assigning: false)
    }

    func createProperty(_ input: GraphQLObject, of client: JobberRecord) throws(JobberUserErrors) -> JobberRecord {
        var fields: GraphQLObject = [
            "clientId": .string(client.id), "name": input["name"] ?? .null, "taxRateId": input["taxRateId"] ?? .null,
        ]
        fields["address"] = .object(Self.address(input.object("address") ?? [:], for: "Property"))
        fields["customFields"] = .list(try customFieldValues(input.objects("customFields"), on: "Property"))
        let made = input.objects("contacts").map { createContact($0, of: client).id }
        fields["contactIds"] = .list((input.texts("contactsToAssign") + made).map { .string($0) })
        let property = create("Property", filledProperty(fields))
        announce("PROPERTY_CREATE", property)
        return property
    }

    func filledProperty(_ fields: GraphQLObject) -> GraphQLObject {
        var fields = fields
        var address = fields.object("address") ?? [:]
        address.fill("id", store.nextID("PropertyAddress"))
        fields["address"] = .object(address)
        for name in ["contactIds", "customFields"] { fields.fill(name, []) }
        return fields
    }

    func editProperty(_ property: JobberRecord, _ input: GraphQLObject) throws(JobberUserErrors) {
        let customFields = try customFieldValues(
            input.objects("customFields"), on: "Property", merging: property.objects("customFields"))
        guard let client = store.record(property.text("clientId")) else { return }
        var contactIDs = property.texts("contactIds") + input.texts("contactsToAssign")
        contactIDs += input.objects("contactsToAdd").map { createContact($0, of: client).id }
        let gone = Set(input.texts("contactsToRemove") + input.texts("contactsToDelete"))
        contactIDs.removeAll { gone.contains($0) }
        var isChanged = update(property) { fields in
            fields.copy(["name", "taxRateId"], from: input)
            if let address = input.object("address") {
                fields["address"] = .object(Self.address(address, for: "Property", merging: fields.object("address")))
            }
            fields["customFields"] = .list(customFields)
            fields["contactIds"] = .list(contactIDs.map { .string($0) })
        }
        for contact in input.objects("contactsToEdit") {
            guard let record = store.record(contact.text("id"), in: "Contact") else { continue }
            isChanged = try editContact(record, contact) || isChanged
        }
        for id in input.texts("contactsToDelete") {
            if let record = store.record(id, in: "Contact") { delete(record) }
        }
        if isChanged { announce("PROPERTY_UPDATE", property) }
    }

    /// An address from its input; a client's billing address has no empty parts, a property's has.
    static func address(
        _ input: GraphQLObject, for kind: String, merging old: GraphQLObject? = nil
    ) -> GraphQLObject {
        var address = old ?? [:]
        for name in ["street1", "street2", "city", "province", "postalCode", "country"] {
            if let value = input[name] { address[name] = value }
            address.fill(name, kind == "Client" ? "" : .null)
        }
        if kind == "Client" {
            for name in ["latitude", "longitude"] {
                if let number = input.number(name) { address[name] = .string("\(number)") }
                address.fill(name, "0.0")
            }
        }
        return address
    }
}
