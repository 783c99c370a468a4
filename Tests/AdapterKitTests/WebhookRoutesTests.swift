import CanonicalModel
import ConnectorKit
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import IntegrationSupport
import Logging
import NIOCore
import Postgres
import SyncStore
import Testing

@testable import AdapterKit

@Suite("Webhook routes", .database)
struct WebhookRoutesTests {
    private func routes(
        _ workshop: Workshop, keep: (@Sendable ([KeptWebhook]) async throws -> Void)? = nil
    ) -> Router<BasicRequestContext> {
        let declaration = ConnectionDeclaration(
            id: Workshop.connection, vendor: "memory", role: .fsm, baseURL: "http://127.0.0.1",
            secrets: ["webhook_secret": "new", "webhook_secret_previous": "old"])
        let store = workshop.store()
        let routes = WebhookRoutes(
            receivers: [
                "fsm": .init(intake: WebhookIntake(connector: workshop.vendor, declaration: declaration)) {}
            ], inbox: WebhookInbox(keep: keep ?? { try await store.keep($0) }), publicURL: nil, ids: .random,
            clock: Adapter.clock, logger: Logger(label: "test"))
        let router = Router<BasicRequestContext>()
        routes.add(to: router)
        return router
    }

    private func post(
        _ body: String, secret: String?, to connection: String = "fsm", _ client: some TestClientProtocol
    ) async throws -> TestResponse {
        var headers: HTTPFields = [:]
        if let secret, let name = HTTPField.Name("x-secret") { headers[name] = secret }
        return try await client.execute(
            uri: "/webhooks/\(connection)", method: .post, headers: headers, body: ByteBuffer(string: body))
    }

    @Test("A webhook with the present or the previous secret is committed before it is answered")
    func kept() async throws {
        try await Workshop.open { workshop in
            try await Application(router: routes(workshop)).test(.router) { client in
                for secret in ["new", "old"] {
                    let answer = try await post("1,2", secret: secret, client)
                    #expect(answer.status == .noContent)
                }
            }
            #expect(try await workshop.count("webhook where outcome = 'marked'") == 2)
            #expect(try await workshop.count("dirty where marks = 2") == 2)
            let headers = try await workshop.pool.query("select headers::text from webhook limit 1")
            let text = try headers[0][0, as: String.self]
            #expect(!text.contains("authorization"))
        }
    }

    @Test("What is not signed, signed wrongly, or for nobody is turned away with the reason, and nothing is kept")
    func rejected() async throws {
        try await Workshop.open { workshop in
            try await Application(router: routes(workshop)).test(.router) { client in
                for secret in [nil, "wrong", ""] {
                    let answer = try await post("1", secret: secret, client)
                    #expect(answer.status == .unauthorized)
                    #expect(String(buffer: answer.body).contains("the secret is wrong"))
                }
                #expect(try await post("1", secret: "new", to: "nobody", client).status == .notFound)
            }
            #expect(try await workshop.count("webhook") == 0)
            #expect(try await workshop.count("dirty") == 0)
        }
    }

    @Test("A body beyond the limit is refused before it is read to its end")
    func tooLarge() async throws {
        try await Workshop.open { workshop in
            try await Application(router: routes(workshop)).test(.router) { client in
                let body = String(repeating: "1", count: WebhookRoutes.longestBody + 1)
                let answer = try await post(body, secret: "new", client)
                #expect(answer.status == .contentTooLarge)
            }
            #expect(try await workshop.count("webhook") == 0)
        }
    }

    @Test("A genuine webhook that cannot be read is kept whole, and its sender is told; the next one goes on")
    func unreadable() async throws {
        try await Workshop.open { workshop in
            try await Application(router: routes(workshop)).test(.router) { client in
                let answer = try await post("?", secret: "new", client)
                #expect(answer.status == .accepted)
                #expect(String(buffer: answer.body).contains("the body is no list of ids"))
                #expect(try await post("1", secret: "new", client).status == .noContent)
            }
            #expect(try await workshop.count("dead_letter where source = 'webhook'") == 1)
            #expect(try await workshop.count("dirty") == 1)
        }
    }

    @Test("An id that no key can hold is a dead letter of its own, and spoils no webhook that comes with it")
    func impossibleID() async throws {
        try await Workshop.open { workshop in
            try await Application(router: routes(workshop)).test(.router) { client in
                for id in [String(repeating: "7", count: 5000), "7\0", "1,7\n"] {
                    async let other = post("1", secret: "new", client)
                    let answer = try await post(id, secret: "new", client)
                    #expect(answer.status == .accepted)
                    #expect(String(buffer: answer.body).contains("the body names a client by an id of"))
                    #expect(try await other.status == .noContent)
                }
            }
            #expect(try await workshop.count("dead_letter where code = 'webhook_object'") == 3)
            #expect(try await workshop.count("dirty where native_id = '1' and marks = 3") == 1)
            #expect(try await workshop.count("dirty") == 1)
        }
    }

    @Test("While nothing can be committed, nothing is accepted: the vendor is asked to send it again")
    func unavailable() async throws {
        struct Away: Error {}
        try await Workshop.open { workshop in
            try await Application(router: routes(workshop) { _ in throw Away() }).test(.router) { client in
                let answer = try await post("1", secret: "new", client)
                #expect(answer.status == .serviceUnavailable)
                #expect(answer.headers[.retryAfter] == "5")
            }
        }
    }
}
