import SandboxGraphQL

extension JobberWriting {
    static let customFieldMutations: [String: Mutation] = {
        var all: [String: Mutation] = [:]
        for (valueType, kind) in JobberReading.customFieldKinds {
            all["customFieldConfigurationCreate\(kind)"] = creation(of: valueType)
        }
        return all
    }()

    private static func creation(of valueType: String) -> Mutation {
        { writing, arguments throws(JobberUserErrors) in
            let record = try writing.createConfiguration(valueType, arguments.object("input") ?? [:])
            return ["customFieldConfiguration": .record(record)]
        }
    }

    private func createConfiguration(_ valueType: String, _ input: GraphQLObject) throws(JobberUserErrors)
        -> JobberRecord
    {
        let name = input.text("name") ?? ""
        guard !name.isEmpty else { throw JobberUserErrors("Name can't be blank", "input", "name") }
        let existing = store.all("CustomFieldConfiguration").filter { $0["appliesTo"] == input["appliesTo"] }
        if existing.contains(where: { $0.text("name")?.lowercased() == name.lowercased() && !$0.flag("archived") }) {
            throw JobberUserErrors("Name has already been taken", "input", "name")
        }
        if valueType == "DROPDOWN" {
            let options = input.texts("dropdownOptions")
            guard !options.isEmpty else {
                throw JobberUserErrors("Dropdown options can't be blank", "input", "dropdownOptions")
            }
            if let standard = input.text("defaultValue"), !options.contains(standard) {
                throw JobberUserErrors("Default value is not one of the options", "input", "defaultValue")
            }
        }
        var fields: GraphQLObject = [
            "valueType": .string(valueType), "archived": false, "sortOrder": .int(existing.count + 1),
            "app": .string(viewer.app),
        ]
        fields.copy(
            ["appliesTo", "name", "transferable", "readOnly", "defaultValue", "unit", "dropdownOptions"], from: input)
        if valueType == "DROPDOWN" { fields.fill("defaultValue", input["dropdownOptions"]?.list?.first ?? "") }
        let kind = JobberReading.customFieldKinds[valueType] ?? "Text"
        return create("CustomFieldConfiguration", typeName: "CustomFieldConfiguration\(kind)", fields)
    }

    /// The stored values of a record after the input's values were put in.
    ///
    /// - Parameter assigning: with false the input is only checked, and no ids are given out.
    func customFieldValues(
        _ inputs: [GraphQLObject], on collection: String, merging old: [GraphQLObject] = [], assigning: Bool = true
    ) throws(JobberUserErrors) -> [GraphQLValue] {
        var values = old
        for input in inputs {
            let position = values.firstIndex {
                $0["id"] == input["id"] && input["id"]?.string != nil
                    || $0["configurationId"] == input["customFieldConfigurationId"]
                        && input["customFieldConfigurationId"]?.string != nil
            }
            let id = input.text("customFieldConfigurationId") ?? position.flatMap { values[$0].text("configurationId") }
            let configuration = try find(id, "CustomFieldConfiguration", "input", "customFields")
            guard configuration.text("appliesTo") == JobberReading.customFieldTargets[collection] else {
                throw JobberUserErrors(
                    "Custom field \"\(configuration.text("name") ?? "")\" does not apply here", "input", "customFields")
            }
            let value = try customFieldValue(input, for: configuration)
            if let position {
                values[position]["value"] = value
            } else if assigning {
                values.append([
                    "id": store.nextID("CustomField"), "configurationId": .string(configuration.id), "value": value,
                ])
            }
        }
        return values.map { .object($0) }
    }

    private func customFieldValue(
        _ input: GraphQLObject, for configuration: JobberRecord
    ) throws(JobberUserErrors) -> GraphQLValue {
        let kind = JobberReading.customFieldKinds[configuration.text("valueType") ?? ""] ?? "Text"
        let given = JobberReading.customFieldKinds.values.filter { input["value\($0)"] != nil }
        guard given == [kind], let value = input["value\(kind)"] else {
            throw JobberUserErrors(
                "Custom field \"\(configuration.text("name") ?? "")\" takes value\(kind)", "input", "customFields")
        }
        if kind == "Dropdown", let text = value.string, !configuration.texts("dropdownOptions").contains(text) {
            throw JobberUserErrors("\"\(text)\" is not an option of the dropdown", "input", "customFields")
        }
        return value
    }
}
