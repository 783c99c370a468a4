@testable import Story

extension FieldOffice {
    /// Somebody in field service gives a client's main contact another first name.
    func rename(_ client: String, firstName: String, by user: String) async throws {
        try await edit(client, ["firstName": .string(firstName)], user)
    }

    /// Somebody in the office types a client in; gives its id.
    ///
    /// - Parameter sharedID: what stands in the field for the id that all systems share.
    func typeIn(_ name: String, sharedID: String? = nil, by user: String) async throws -> String {
        var input: [String: JSON] = ["companyName": .string(name)]
        if let sharedID {
            let fields = try await site.records("CustomFieldConfiguration")
            let field = fields.first { $0["name"].text == "Plumbline id" && $0["appliesTo"].text == "ALL_CLIENTS" }
            input["customFields"] = [
                ["customFieldConfigurationId": field?["id"] ?? .null, "valueText": .string(sharedID)]
            ]
        }
        let answers = try await site.act(
            user,
            [
                [
                    "action": "mutate",
                    "fields": [
                        "query": .string(
                            """
                            mutation($input: ClientCreateInput!) {
                              clientCreate(input: $input) { client { id } userErrors { message } }
                            }
                            """), "variables": ["input": .object(input)],
                    ],
                ]
            ])
        let result = answers.first?["data"]["clientCreate"] ?? .null
        guard let id = result["client"]["id"].text else {
            throw SandboxRefusal(system: site.system, reason: "no client was made: \(answers)")
        }
        return id
    }
}
