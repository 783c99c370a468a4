import SandboxHubSpot
import SandboxKit
import SandboxSupport
import Testing

@Suite("Faults on the wire")
struct RequestFaultTests {
    private static let contact: JSON = ["properties": ["email": "ann@example.com"]]
    private static let path = "/crm/v3/objects/contacts"

    private func run(_ body: @escaping @Sendable (SandboxClient) async throws -> Void) async throws {
        try await withSandbox(HubSpotSandbox.self) { try await body($0.client.authorized("pat-na1-sandbox")) }
    }

    @Test("An answer is lost after the commit: the socket closes and the record is there")
    func lostAnswer() async throws {
        try await run { client in
            try await client.fault(["kind": "lose-answer"], method: "POST")
            await #expect(throws: (any Error).self) { try await client.send("POST", Self.path, Self.contact) }
            #expect(try await client.control("GET", "counts")["contacts"] == 1)
            let requests = try await client.control("GET", "history?kind=request")["entries"]?.arrayValue
            #expect(requests?.first?["status"] == 0)
            #expect(requests?.first?["faults"] == ["lose-answer"])
        }
    }

    @Test("A socket that closes before the commit leaves nothing")
    func closedBefore() async throws {
        try await run { client in
            try await client.fault(["kind": "close-before"])
            await #expect(throws: (any Error).self) { try await client.send("POST", Self.path, Self.contact) }
            #expect(try await client.control("GET", "counts")["contacts"] == 0)
        }
    }

    @Test("A late commit comes after the client's time-out")
    func lateCommit() async throws {
        try await run { client in
            try await client.fault(["kind": "late-commit", "milliseconds": 3_000])
            await #expect(throws: (any Error).self) {
                try await client.send("POST", Self.path, Self.contact, timeoutMilliseconds: 100)
            }
            #expect(try await client.control("GET", "counts")["contacts"] == 0)
            var count = 0
            while count == 0 { count = try await client.control("GET", "counts")["contacts"]?.intValue ?? 0 }
            #expect(count == 1)
        }
    }

    @Test("A planned 429 may carry Retry-After, and nothing is carried out")
    func rateLimited() async throws {
        try await run { client in
            try await client.fault(["kind": "rate-limited", "retryAfter": 7])
            let refused = try await client.send("POST", Self.path, Self.contact)
            #expect(refused.status == 429)
            #expect(refused.headers["retry-after"] == "7")
            #expect(refused.json["errorType"] == "RATE_LIMIT")
            #expect(try await client.send("POST", Self.path, Self.contact).status == 201)
        }
    }

    @Test("Broken servers, pages of HTML, expired tokens and errors with 200 look as they do")
    func otherFaults() async throws {
        try await run { client in
            for (effect, status) in [
                (["kind": "server-error", "status": 503], 503), (["kind": "html", "status": 502], 502),
                (["kind": "expired-token"], 401), (["kind": "error-body"], 200),
            ] as [(JSON, Int)] {
                try await client.fault(effect)
                let answer = try await client.send("GET", Self.path)
                #expect(answer.status == status)
                #expect(answer.json["results"] == nil)
            }
            #expect(try await client.send("GET", Self.path).json["results"] == [])
        }
    }

    @Test("A delay after the commit holds back the answer, not the record")
    func delays() async throws {
        try await run { client in
            try await client.fault(["kind": "delay-after", "milliseconds": 120])
            let started = ContinuousClock.now
            #expect(try await client.send("POST", Self.path, Self.contact).status == 201)
            #expect(ContinuousClock.now - started >= .milliseconds(120))
        }
    }

    @Test("The control API says what is wrong with a call")
    func badCalls() async throws {
        try await run { client in
            for (method, path, body) in [
                ("POST", "faults", ["effect": ["kind": "meteor"]]), ("POST", "clock/set", ["now": "soon"]),
                ("PATCH", "settings", ["colour": 1]), ("GET", "nothing", nil), ("POST", "seed", ["records": 1]),
            ] as [(String, String, JSON?)] {
                let answer = try await client.send(method, "/_sandbox/" + path, body)
                #expect([400, 404].contains(answer.status))
                #expect(answer.json["error"]?.stringValue?.isEmpty == false)
            }
        }
    }

    @Test("A reset empties the vendor and brings the first token back")
    func reset() async throws {
        try await run { client in
            #expect(try await client.send("POST", Self.path, Self.contact).status == 201)
            try await client.control("POST", "reset")
            #expect(try await client.control("GET", "counts")["contacts"] == 0)
            #expect(try await client.send("POST", Self.path, Self.contact).status == 201)
        }
    }

    @Test("Who asks for its connection to be closed is told that it is, and sends nothing on it any more")
    func closed() async throws {
        try await run { client in
            let closed = try await client.send("GET", Self.path, headers: ["connection": "close"])
            #expect(closed.headers["connection"] == "close")
            let kept = try await client.send("GET", Self.path)
            #expect(kept.headers["connection"] == nil)
        }
    }
}
