import SandboxGraphQL

/// The one business of a sandbox, and the apps that may connect to it.
struct JobberAccount {
    /// An app as the Developer Center knows it.
    struct App {
        var clientID: String
        var clientSecret: String
        var name: String
        /// Where an authorisation may return to; empty means anywhere.
        var redirectURIs: [String] = []
    }

    var number = 1
    var name = "Sandbox Home Services"
    var phone = "+15555550100"
    var industry = "Home services"
    /// The zone in which days begin and local times of jobs are meant.
    var timezone = "UTC"
    var createdAt = "2020-01-01T00:00:00Z"
    var apps: [String: App] = [
        Self.firstApp: App(clientID: firstApp, clientSecret: "sandbox-client-secret", name: "Plumbline")
    ]

    /// The app that there is from the start.
    static let firstApp = "sandbox-client-id"
    /// An access token of it that never ends, for a first look with curl.
    static let standingToken = "jobber-sandbox"

    var id: String { EncodedID.make("Account", number) }

    var fields: GraphQLObject {
        [
            "id": .string(id), "name": .string(name), "phone": .string(phone), "industry": .string(industry),
            "signupName": .string(name), "createdAt": .string(createdAt), "features": .list([]),
        ]
    }
}
