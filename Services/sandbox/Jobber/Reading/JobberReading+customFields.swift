import SandboxGraphQL

extension JobberReading {
    static let customFieldGetters: [String: PartGetter] = [
        "customFieldConfiguration": { reading, field, _ in
            .record(reading.store.record(field.text("configurationId")))
        }
    ]

    /// What each kind of custom field is called: in the schema, as a value, and where it applies.
    static let customFieldKinds: [String: String] = [
        "TEXT": "Text", "NUMERIC": "Numeric", "TRUE_FALSE": "TrueFalse", "DROPDOWN": "Dropdown", "LINK": "Link",
        "AREA": "Area",
    ]

    static let customFieldTargets: [String: String] = [
        "Property": "ALL_PROPERTIES", "Client": "ALL_CLIENTS", "Quote": "ALL_QUOTES", "Job": "ALL_JOBS",
        "Invoice": "ALL_INVOICES", "ProductOrService": "ALL_PRODUCTS_AND_SERVICES", "User": "TEAM",
    ]

    /// The values of a record: one for each configuration that applies to its kind, the default where none was set.
    func customFields(of record: JobberRecord) -> JobberValue {
        let target = Self.customFieldTargets[record.collection]
        let stored = record.objects("customFields")
        let configurations = store.all("CustomFieldConfiguration").filter {
            $0.text("appliesTo") == target && !$0.flag("archived")
        }
        return .list(
            configurations.map { configuration in
                let value = stored.first { $0.text("configurationId") == configuration.id }
                return .part(customField(value, of: configuration), of: record)
            })
    }

    private func customField(_ value: GraphQLObject?, of configuration: JobberRecord) -> GraphQLObject {
        let kind = Self.customFieldKinds[configuration.text("valueType") ?? ""] ?? "Text"
        var fields: GraphQLObject = [
            "__typename": .string("CustomField\(kind)"), "id": value?["id"] ?? .null,
            "label": .string(configuration.text("name") ?? ""), "configurationId": .string(configuration.id),
            "unit": .string(configuration.text("unit") ?? ""),
        ]
        let fallback: GraphQLValue =
            switch kind {
            case "Numeric": 0
            case "TrueFalse": false
            case "Link": .null
            case "Area": ["length": 0, "width": 0]
            default: ""
            }
        let given = value?["value"] ?? .null
        let standard = configuration["defaultValue"] ?? .null
        fields["value\(kind)"] = !given.isNull ? given : !standard.isNull ? standard : fallback
        return fields
    }
}
