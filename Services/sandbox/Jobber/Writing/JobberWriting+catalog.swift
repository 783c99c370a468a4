import SandboxGraphQL

extension JobberWriting {
    private static let productFields = [
        "description", "taxable", "markup", "internalUnitCost", "durationMinutes", "onlineBookingsEnabled",
        "quantityRange", "bookableType", "name", "defaultUnitCost", "category", "visible",
    ]

    static let catalogMutations: [String: Mutation] = [
        "productsAndServicesCreate": { writing, arguments throws(JobberUserErrors) in
            let input = arguments.object("input") ?? [:]
            guard !(input.text("name") ?? "").isEmpty else {
                throw JobberUserErrors("Name can't be blank", "input", "name")
            }
            var fields = GraphQLObject()
            fields.copy(productFields, from: input)
            fields["customFields"] = .list(
                try writing.customFieldValues(input.objects("customFields"), on: "ProductOrService"))
            let product = writing.create("ProductOrService", filledProduct(fields))
            writing.announce("PRODUCT_OR_SERVICE_CREATE", product)
            return ["productOrService": .record(product)]
        },
        "productsAndServicesEdit": { writing, arguments throws(JobberUserErrors) in
            let input = arguments.object("input") ?? [:]
            let product = try writing.find(
                arguments.text("productOrServiceId"), "ProductOrService", "productOrServiceId")
            if input["name"] != nil, (input.text("name") ?? "").isEmpty {
                throw JobberUserErrors("Name can't be blank", "input", "name")
            }
            let values = try writing.customFieldValues(
                input.objects("customFields"), on: "ProductOrService", merging: product.objects("customFields"))
            let isChanged = writing.update(product) { fields in
                fields.copy(productFields, from: input)
                fields["customFields"] = .list(values)
            }
            if isChanged { writing.announce("PRODUCT_OR_SERVICE_UPDATE", product) }
            return ["productOrService": .record(product)]
        },
        "taxCreate": { writing, arguments throws(JobberUserErrors) in
            let input = arguments.object("input") ?? [:]
            guard let rate = input.number("rate"), rate >= 0, rate <= 100 else {
                throw JobberUserErrors("Rate must be between 0 and 100", "input", "rate")
            }
            let tax = writing.create(
                "TaxRate",
                [
                    "name": input["name"] ?? "", "tax": .float(rate), "default": input["defaultTax"] ?? false,
                    "description": input["internalDescription"] ?? .null, "componentIds": [],
                ])
            return ["tax": .record(tax)]
        },
        "taxGroupCreate": { writing, arguments throws(JobberUserErrors) in
            let input = arguments.object("input") ?? [:]
            try writing.checkReferences(input, [("taxRateIds", "TaxRate")])
            guard !input.texts("taxRateIds").isEmpty else {
                throw JobberUserErrors("Tax rates can't be blank", "input", "taxRateIds")
            }
            let group = writing.create(
                "TaxRate",
                [
                    "name": input["name"] ?? "", "default": false, "componentIds": input["taxRateIds"] ?? [],
                    "description": input["internalDescription"] ?? .null,
                ])
            return ["taxGroup": .record(group)]
        },
    ]

    /// The fields that every product or service has.
    static func filledProduct(_ fields: GraphQLObject) -> GraphQLObject {
        var fields = fields
        fields.fill("category", "SERVICE")
        fields.fill("defaultUnitCost", 0)
        fields.fill("taxable", true)
        fields.fill("visible", true)
        fields.fill("onlineBookingsEnabled", false)
        fields.fill("customFields", [])
        return fields
    }
}
