import SandboxKit

extension HubSpotPortal {
    /// Finds the route of a call and runs it, under the sandbox's lock.
    mutating func answer(_ call: HubSpotCall) throws(HubSpotProblem) -> HubSpotAnswer {
        let path = call.segments
        switch (path.first, path.dropFirst().first, path.dropFirst(2).first) {
        case ("crm", "v3", "objects"): return try answerObjects(call, Array(path.dropFirst(3)))
        case ("crm", "v4", "objects"): return try answerRecordAssociations(call, Array(path.dropFirst(3)))
        case ("crm", "v4", "associations"): return try answerAssociations(call, Array(path.dropFirst(3)))
        case ("crm", "v3", "properties"): return try answerProperties(call, Array(path.dropFirst(3)))
        case ("crm", "v3", "pipelines"): return try answerPipelines(call, Array(path.dropFirst(3)))
        case ("crm", "v3", "owners"): return try answerOwners(call, Array(path.dropFirst(3)))
        case ("crm-object-schemas", "v3", "schemas"), ("crm", "v3", "schemas"):
            return try answerSchemas(call, Array(path.dropFirst(3)))
        case ("webhooks", "v3", _): return try answerWebhooks(call, Array(path.dropFirst(2)))
        case ("oauth", "v1", _): return try answerOAuth(call, Array(path.dropFirst(2)))
        case ("account-info", "v3", "details"): return accountDetails()
        default: throw .noRoute
        }
    }

    private func accountDetails() -> HubSpotAnswer {
        HubSpotAnswer(json: [
            "portalId": .int(account.portalID), "accountType": "DEVELOPER_TEST", "timeZone": "US/Eastern",
            "companyCurrency": "USD", "additionalCurrencies": [], "utcOffset": "-05:00",
            "utcOffsetMilliseconds": -18_000_000, "uiDomain": "app.hubspot.com", "dataHostingLocation": "na1",
        ])
    }
}
