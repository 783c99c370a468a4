import HTTPTypes
import Hummingbird
import HummingbirdTesting
import IntegrationSupport
import NIOCore
import SyncStore
import Testing

@testable import AdapterKit

@Suite("The page after a consent", .database)
struct ConsentRoutesTests {
    private func run(
        _ bench: ConsentBench, _ body: @escaping @Sendable (any TestClientProtocol) async throws -> Void
    ) async throws {
        let router = Router<BasicRequestContext>()
        try bench.routes().add(to: router)
        try await Application(router: router).test(.router) { client in try await body(client) }
    }

    @Test("It says what was connected, runs nothing, and is kept and told nowhere")
    func page() async throws {
        try await ConsentBench.open { bench in
            let begun = try await bench.begin()
            let query = bench.vendor.agree(at: begun.url)
            try await run(bench) { client in
                let answer = try await client.execute(uri: "/oauth/books?\(query)", method: .get)
                #expect(answer.status == .ok)
                let text = String(buffer: answer.body)
                #expect(text.contains("Memory &amp; Sons is connected") && text.contains("The account is acct-1."))
                #expect(!text.contains("<script") && !text.contains(begun.state.text) && !text.contains("the-code"))
                for (name, value) in [
                    ("content-type", "text/html; charset=utf-8"), ("cache-control", "no-store"),
                    ("referrer-policy", "no-referrer"), ("x-content-type-options", "nosniff"),
                ] {
                    let field = try #require(HTTPField.Name(name))
                    #expect(answer.headers[field] == value)
                }
                let policy = try #require(HTTPField.Name("content-security-policy"))
                #expect(answer.headers[policy]?.hasPrefix("default-src 'none'") == true)
                let again = try await client.execute(uri: "/oauth/books?\(query)", method: .get)
                #expect(again.status == .gone)
                #expect(String(buffer: again.body).contains("This was done before"))
            }
        }
    }

    @Test("What is no answer, or for nobody, is told in words, and repeats nothing of a stranger's")
    func strangers() async throws {
        try await ConsentBench.open { bench in
            try await run(bench) { client in
                for (path, status) in [
                    ("/oauth/books", .badRequest), ("/oauth/books?code=x", .badRequest),
                    ("/oauth/books?code=x&state=%3Cscript%3E", .badRequest),
                    ("/oauth/books?error=%3Cscript%3E&state=x", .badRequest),
                    ("/oauth/nobody?code=x&state=y", .notFound), ("/oauth/%3Cscript%3E?code=x&state=y", .notFound),
                ] as [(String, HTTPResponse.Status)] {
                    let answer = try await client.execute(uri: path, method: .get)
                    #expect(answer.status == status, "\(path)")
                    #expect(!String(buffer: answer.body).contains("<script>"), "\(path)")
                }
            }
            #expect(bench.vendor.bodies.isEmpty)
        }
    }
}
