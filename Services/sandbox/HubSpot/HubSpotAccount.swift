import SandboxKit

/// Who the portal and its app are, and what can be set about them.
struct HubSpotAccount: Sendable {
    /// The portal's number.
    var portalID = 44_237_313
    /// The app's number.
    var appID = 1_904_211
    /// The OAuth client.
    var clientID = "sandbox-client-id"
    /// The OAuth client's secret; it also signs webhooks.
    var clientSecret = "sandbox-client-secret"
    /// The developer account's key, for webhook subscriptions.
    var developerKey = "sandbox-developer-key"
    /// The private app's token that works from the start.
    var privateToken = "pat-na1-sandbox"
    /// `free`, `starter`, `professional` or `enterprise`: custom objects need the last.
    var tier = "professional"
    /// Requests in ten seconds: of an OAuth app, of a private app.
    var oauthBurst = 110
    var privateBurst = 190
    /// Searches in a second.
    var searchesPerSecond = 5
    /// Requests in a day.
    var daily = 625_000
    /// What is added to the time in webhook signatures, in milliseconds: makes them stale.
    var signatureSkew: Int64 = 0

    /// All scopes that the sandbox knows.
    static let allScopes: Set<String> = [
        "oauth", "tickets", "crm.objects.contacts.read", "crm.objects.contacts.write", "crm.objects.companies.read",
        "crm.objects.companies.write", "crm.objects.deals.read", "crm.objects.deals.write", "crm.objects.quotes.read",
        "crm.objects.quotes.write", "crm.objects.line_items.read", "crm.objects.line_items.write",
        "crm.objects.products.read", "crm.objects.products.write", "crm.objects.invoices.read",
        "crm.objects.invoices.write", "crm.objects.owners.read", "crm.objects.custom.read", "crm.objects.custom.write",
        "crm.schemas.contacts.read", "crm.schemas.contacts.write", "crm.schemas.companies.read",
        "crm.schemas.companies.write", "crm.schemas.deals.read", "crm.schemas.deals.write", "crm.schemas.custom.read",
        "crm.schemas.custom.write", "files",
    ]

    func sourceID(_ actor: SandboxActor) -> String {
        switch actor {
        case .token: String(appID)
        case .user(let name): "userId:\(name)"
        case .seed: "import"
        case .system: "system"
        }
    }
}

/// A person that records can belong to.
struct HubSpotOwner: Sendable {
    let id: String
    let userID: Int
    var email: String
    var firstName: String
    var lastName: String
    var isArchived = false
    let createdAt: SandboxInstant

    var json: JSON {
        [
            "id": .string(id), "email": .string(email), "type": "PERSON", "firstName": .string(firstName),
            "lastName": .string(lastName), "userId": .int(userID), "userIdIncludingInactive": .int(userID),
            "createdAt": .string(createdAt.iso8601), "updatedAt": .string(createdAt.iso8601),
            "archived": .bool(isArchived),
        ]
    }

    static func standard(at now: SandboxInstant) -> [HubSpotOwner] {
        [
            HubSpotOwner(
                id: "41629779", userID: 9_586_504, email: "sales@example.com", firstName: "Maria", lastName: "Sommer",
                createdAt: now),
            HubSpotOwner(
                id: "41629780", userID: 9_586_505, email: "office@example.com", firstName: "Owen", lastName: "Pryce",
                createdAt: now),
        ]
    }
}

/// The request limits of the portal.
struct HubSpotLimits: Sendable {
    private var bursts: [String: RollingWindow] = [:]
    private var searches: RollingWindow?
    private var day = ""
    private var dayCount = 0

    /// Takes one request; gives the headers, or the refusal.
    mutating func take(
        client: String, isOAuth: Bool, isSearch: Bool, account: HubSpotAccount, now: SandboxInstant, isLifted: Bool
    ) throws(HubSpotProblem) -> [(String, String)] {
        if isSearch {
            var window = searches ?? RollingWindow(limit: account.searchesPerSecond, milliseconds: 1_000)
            let verdict = window.take(now: now, enforced: !isLifted)
            searches = window
            // Answers to searches carry no rate headers.
            if case .refused = verdict { throw Self.refusal("SECONDLY", "You have reached your secondly limit.") }
            return []
        }
        let burst = isOAuth ? account.oauthBurst : account.privateBurst
        var window = bursts[client] ?? RollingWindow(limit: burst, milliseconds: 10_000)
        let verdict = window.take(now: now, enforced: !isLifted)
        bursts[client] = window
        let today = now.dateOnly
        if today != day { (day, dayCount) = (today, 0) }
        dayCount += 1
        if dayCount > account.daily, !isLifted { throw Self.refusal("DAILY", "You have reached your daily limit.") }
        var headers = [
            ("X-HubSpot-RateLimit-Interval-Milliseconds", "10000"), ("X-HubSpot-RateLimit-Max", String(burst)),
            ("X-HubSpot-RateLimit-Daily", String(account.daily)),
            ("X-HubSpot-RateLimit-Daily-Remaining", String(max(0, account.daily - dayCount))),
        ]
        switch verdict {
        case .allowed(let remaining):
            headers.append(("X-HubSpot-RateLimit-Remaining", String(remaining)))
            return headers
        case .refused:
            headers.append(("X-HubSpot-RateLimit-Remaining", "0"))
            throw Self.refusal("TEN_SECONDLY_ROLLING", "You have reached your ten_secondly_rolling limit.", headers)
        }
    }

    /// A new size of the windows starts them afresh.
    mutating func restart() {
        bursts = [:]
        searches = nil
    }

    static func refusal(_ policy: String, _ message: String, _ headers: [(String, String)] = []) -> HubSpotProblem {
        HubSpotProblem(
            status: 429, category: "RATE_LIMITS", message: message, context: ["policyName": [policy]], headers: headers)
    }
}
