import SandboxGraphQL

extension JobberWriting {
    static let requestMutations: [String: Mutation] = [
        "requestCreate": { writing, arguments throws(JobberUserErrors) in
            ["request": .record(try writing.createRequest(arguments.object("input") ?? [:]))]
        },
        "requestEdit": { writing, arguments throws(JobberUserErrors) in
            let request = try writing.find(arguments.text("requestId"), "Request", "requestId")
            let input = arguments.object("input") ?? [:]
            try writing.checkReferences(
                input, [("referringClientId", "Client"), ("propertyId", "Property"), ("salespersonId", "User")])
            let isChanged = writing.update(request) {
                $0.copy(["title", "referringClientId", "propertyId", "salespersonId"], from: input)
            }
            if isChanged { writing.announce("REQUEST_UPDATE", request) }
            return ["request": .record(request)]
        },
        "requestArchive": { writing, arguments throws(JobberUserErrors) in
            let request = try writing.find(arguments.text("requestId"), "Request", "requestId")
            if request.text("archivedAt") == nil {
                writing.update(request, operation: "archive") { $0["archivedAt"] = writing.nowValue }
                writing.announce("REQUEST_UPDATE", request)
            }
            return ["request": .record(request)]
        },
    ]

    private func createRequest(_ input: GraphQLObject) throws(JobberUserErrors) -> JobberRecord {
        let client = try find(input.text("clientId"), "Client", "input", "clientId")
        try checkReferences(
            input, [("propertyId", "Property"), ("referringClientId", "Client"), ("salespersonId", "User")])
        try checkLines(input.objects("lineItems"))
        let assessment = input.object("assessment")
        let schedule = assessment?.object("schedule")
        let start = schedule?.object("startAt").flatMap(JobberCalendar.instant(local:))
        let end = schedule?.object("endAt").flatMap(JobberCalendar.instant(local:))
        for id in schedule?.texts("teamMemberIdsToAssign") ?? [] { _ = try find(id, "User", "input", "assessment") }
        var fields: GraphQLObject = ["clientId": .string(client.id), "source": "API"]
        fields.copy(["title", "propertyId", "referringClientId", "salespersonId"], from: input)
        fields["lineItems"] = .list(newLines(input.objects("lineItems"), "Request").map { .object($0) })
        let request = create("Request", fields)
        announce("REQUEST_CREATE", request)
        if let assessment {
            _ = create(
                "Assessment",
                [
                    "requestId": .string(request.id), "clientId": .string(client.id),
                    "propertyId": input["propertyId"] ?? .null, "title": .null,
                    "instructions": assessment["instructions"] ?? .null, "isDefaultTitle": true,
                    "clientConfirmed": false,
                    "allDay": .bool(start != nil && schedule?.object("startAt")?.text("time") == nil),
                    "startAt": start.map { GraphQLValue($0) } ?? .null, "endAt": end.map { GraphQLValue($0) } ?? .null,
                    "assignedUserIds": schedule?["teamMemberIdsToAssign"] ?? [],
                    "createdById": .optional(viewer.userID),
                ])
        }
        return request
    }
}
