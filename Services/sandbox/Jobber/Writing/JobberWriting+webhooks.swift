import Foundation
import SandboxGraphQL

extension JobberWriting {
    static let webhookMutations: [String: Mutation] = [
        "webhookEndpointCreate": { writing, arguments throws(JobberUserErrors) in
            let input = arguments.object("input") ?? [:]
            let url = input.text("url") ?? ""
            guard let parsed = URL(string: url), ["http", "https"].contains(parsed.scheme ?? ""), parsed.host != nil
            else {
                throw JobberUserErrors("Url is not a valid address", "input", "url")
            }
            return ["webhookEndpoint": .record(writing.subscribe(input.text("topic") ?? "", url))]
        },
        "webhookEndpointDelete": { writing, arguments throws(JobberUserErrors) in
            var endpoints: [JobberRecord] = []
            for id in arguments.texts("webhookEndpointsIds") {
                endpoints.append(try writing.find(id, "WebhookEndpoint", "webhookEndpointsIds"))
            }
            for endpoint in endpoints { writing.delete(endpoint) }
            return ["deletedWebhookEndpoints": .records(endpoints)]
        },
    ]

    /// The endpoint of a topic and address of this app; the same twice is one.
    func subscribe(_ topic: String, _ url: String) -> JobberRecord {
        let existing = store.all("WebhookEndpoint").first {
            $0.text("topic") == topic && $0.text("url") == url && $0.text("app") == viewer.app
        }
        return existing
            ?? create("WebhookEndpoint", ["topic": .string(topic), "url": .string(url), "app": .string(viewer.app)])
    }
}
