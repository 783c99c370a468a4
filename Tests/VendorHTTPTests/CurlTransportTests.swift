import Foundation
import Testing
import VendorHTTP

@Suite("Transport: exchanges with a well-behaved server")
struct CurlTransportTests {
    /// Answers every request with its own line, headers and body.
    private func echo() -> LoopbackServer {
        LoopbackServer { peer in
            while let request = peer.readRequest() {
                peer.answer(
                    "200 OK", headers: ["X-Method: \(request.method)", "x-two: 1", "X-Two: 2"], body: request.body)
            }
        }
    }

    @Test("Each method arrives with its headers and body, framed by the transport", arguments: HTTPMethod.allCases)
    func methods(method: HTTPMethod) async throws {
        let server = echo()
        defer { server.stop() }
        let transport = try plainTransport { $0.userAgent = "Plumbline-Test/1" }
        let body = method == .get ? nil : Array("{\"a\":\"é\"}".utf8)
        let request = HTTPRequest(
            method, server.url + "/a%2Fb/../c?q=1%202#frag",
            headers: ["Content-Type": "application/json", "X-Empty": ""],
            body: body)
        let response = try await transport.send(request)
        #expect(response.status == 200 && response.isSuccess)
        #expect(response.headers["x-method"] == method.rawValue)
        #expect(response.headers.values(for: "X-TWO") == ["1", "2"])
        #expect(response.body == body ?? [])
        #expect(response.httpVersion == .http1_1)
        let received = try #require(server.received.first)
        #expect(received.line == "\(method.rawValue) /a%2Fb/../c?q=1%202 HTTP/1.1")
        #expect(received.header("Content-Type") == "application/json")
        #expect(received.header("X-Empty") == "")
        #expect(received.header("User-Agent") == "Plumbline-Test/1")
        #expect(received.header("Content-Length") == body.map { "\($0.count)" })
        #expect(received.header("Expect") == nil && received.header("Cookie") == nil)
    }

    @Test("A POST without a body has length 0 and no content type; a large one is not announced by Expect")
    func bodies() async throws {
        let server = echo()
        defer { server.stop() }
        let transport = try plainTransport()
        _ = try await transport.send(HTTPRequest(.post, server.url))
        let large = [UInt8](repeating: 7, count: 3 << 20)
        #expect(try await transport.send(HTTPRequest(.put, server.url, body: large)).body == large)
        _ = try await transport.send(HTTPRequest(.delete, server.url))
        #expect(server.received.map { $0.header("Content-Length") } == ["0", "\(3 << 20)", nil])
        #expect(server.received.allSatisfy { $0.header("Content-Type") == nil && $0.header("Expect") == nil })
    }

    @Test("One after the other, requests share a connection")
    func reuse() async throws {
        let server = echo()
        defer { server.stop() }
        let transport = try plainTransport()
        for number in 0..<30 {
            let body = Array("\(number)".utf8)
            #expect(try await transport.send(HTTPRequest(.post, server.url, body: body)).body == body)
        }
        #expect(server.connections == 1)
    }

    @Test("A connection that may not idle is not used again")
    func noReuse() async throws {
        let server = echo()
        defer { server.stop() }
        let transport = try plainTransport { $0.idleConnectionLifetime = .zero }
        for _ in 0..<3 { _ = try await transport.send(HTTPRequest(.get, server.url)) }
        #expect(server.connections == 3)
    }

    @Test("At once, requests take no more connections than allowed, and all are answered")
    func limit() async throws {
        let server = echo()
        defer { server.stop() }
        let transport = try plainTransport { $0.maximumConnectionsPerHost = 3 }
        try await withThrowingTaskGroup(of: Bool.self) { group in
            for number in 0..<60 {
                group.addTask {
                    let body = Array("\(number)".utf8)
                    return try await transport.send(HTTPRequest(.post, server.url, body: body)).body == body
                }
            }
            for try await isRight in group { #expect(isRight) }
        }
        #expect(server.mostOpen <= 3)
    }

    @Test("A redirect is an answer like any other and is not followed; cookies are not kept")
    func redirect() async throws {
        let server = LoopbackServer { peer in
            while peer.readRequest() != nil {
                peer.answer("302 Found", headers: ["Location: /elsewhere", "Set-Cookie: a=b"])
            }
        }
        defer { server.stop() }
        let transport = try plainTransport()
        for _ in 0..<2 {
            let response = try await transport.send(HTTPRequest(.get, server.url))
            #expect(response.status == 302 && response.headers["Location"] == "/elsewhere")
        }
        #expect(server.received.map(\.target) == ["/", "/"])
        #expect(server.received.allSatisfy { $0.header("Cookie") == nil })
    }

    @Test("Interim responses and trailers do not mix with the response")
    func interim() async throws {
        let server = LoopbackServer { peer in
            _ = peer.readRequest()
            peer.write("HTTP/1.1 103 Early Hints\r\nX-Early: 1\r\n\r\nHTTP/1.1 201 Created\r\nX-Real: 1\r\n")
            peer.write("Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\nX-Trailer: 1\r\n\r\n")
            peer.waitForEnd()
        }
        defer { server.stop() }
        let response = try await plainTransport().send(HTTPRequest(.get, server.url))
        #expect(response.status == 201 && response.text == "abc")
        #expect(response.headers["X-Real"] == "1")
        #expect(response.headers["X-Early"] == nil && response.headers["X-Trailer"] == nil)
    }

    @Test(
        "A compressed body arrives decompressed, without the headers that described it",
        .enabled(if: FileManager.default.isExecutableFile(atPath: "/usr/bin/gzip"), "gzip is not installed"))
    func gzip() async throws {
        let compressed = try await zeros(100_000)
        let server = LoopbackServer { peer in
            while peer.readRequest() != nil {
                peer.answer("200 OK", headers: ["Content-Encoding: gzip"], body: compressed)
            }
        }
        defer { server.stop() }
        let response = try await plainTransport().send(HTTPRequest(.get, server.url))
        #expect(response.body == [UInt8](repeating: 0, count: 100_000))
        #expect(response.headers["Content-Encoding"] == nil && response.headers["Content-Length"] == nil)
        #expect(server.received.first?.header("Accept-Encoding") == "gzip, deflate")
    }

    @Test("What cannot be sent is refused before anything is sent, with a reason")
    func refusals() async throws {
        let server = echo()
        defer { server.stop() }
        let strict = try CurlTransport()
        let transport = try plainTransport()
        let refusals: [(CurlTransport, HTTPRequest, VendorHTTPError.Code)] = [
            (strict, HTTPRequest(.get, server.url), .invalidURL),
            (transport, HTTPRequest(.get, "ftp://127.0.0.1/"), .invalidURL),
            (transport, HTTPRequest(.get, "file:///etc/passwd"), .invalidURL),
            (transport, HTTPRequest(.get, "//127.0.0.1/"), .invalidURL),
            (transport, HTTPRequest(.get, "http://user:hunter22@127.0.0.1:\(server.port)/"), .invalidURL),
            (transport, HTTPRequest(.get, server.url + "/a b"), .invalidURL),
            (transport, HTTPRequest(.get, server.url + "/\r\nX: y"), .invalidURL),
            (transport, HTTPRequest(.get, "http:///path"), .invalidURL),
            (transport, HTTPRequest(.get, server.url, headers: ["X": "a\r\nY: b"]), .invalidRequest),
            (transport, HTTPRequest(.get, server.url, headers: ["X Y": "a"]), .invalidRequest),
            (transport, HTTPRequest(.post, server.url, headers: ["Content-Length": "3"]), .invalidRequest),
            (transport, HTTPRequest(.post, server.url, headers: ["transfer-encoding": "chunked"]), .invalidRequest),
            (transport, HTTPRequest(.get, server.url, headers: ["Host": "other"]), .invalidRequest),
            (transport, HTTPRequest(.get, server.url, maximumResponseBytes: -1), .invalidRequest),
            (transport, HTTPRequest(.get, server.url, deadline: .zero), .timedOut),
        ]
        for (transport, request, code) in refusals {
            let error = try await transport.failure(request)
            #expect(error.code == code && error.delivery == .notSent, "\(error)")
            #expect(!"\(error)".contains("hunter22"))
        }
        #expect(server.received.isEmpty)
    }

    @Test("A configuration that cannot work is refused at once")
    func configuration() {
        let changes: [(inout CurlTransport.Configuration) -> Void] = [
            { $0.caFile = "/nowhere/ca.pem" }, { $0.maximumConnections = 0 }, { $0.connectTimeout = .zero },
            { $0.proxy = .init(url: "proxy.example:3128") }, { $0.userAgent = "a\nb" },
        ]
        for change in changes {
            var configuration = CurlTransport.Configuration()
            change(&configuration)
            let error = #expect(throws: VendorHTTPError.self) { try CurlTransport(configuration: configuration) }
            #expect(error?.code == .invalidConfiguration)
        }
    }

    @Test("Releasing a transport ends its thread and closes its connections")
    func release() async throws {
        let ended = AsyncStream<Void>.makeStream()
        let server = LoopbackServer { peer in
            while peer.readRequest() != nil { peer.answer("200 OK") }
            ended.continuation.yield()
        }
        defer { server.stop() }
        _ = try await plainTransport().send(HTTPRequest(.get, server.url))
        for await _ in ended.stream { break }
    }

    @Test("Shutting down cancels what is in progress and refuses what comes later")
    func shutDown() async throws {
        let server = LoopbackServer { peer in
            _ = peer.readRequest()
            peer.waitForEnd()
        }
        defer { server.stop() }
        let transport = try plainTransport()
        let url = server.url
        async let pending = transport.failure(HTTPRequest(.post, url))
        for await _ in server.requests { break }
        await transport.shutDown()
        let first = try await pending
        #expect(first.code == .cancelled && first.delivery == .maybeSent)
        let second = try await transport.failure(HTTPRequest(.post, url))
        #expect(second.code == .cancelled && second.delivery == .notSent)
        await transport.shutDown()
    }
}

/// Zeros, compressed by gzip.
func zeros(_ count: Int) async throws -> [UInt8] {
    let file = FileManager.default.temporaryDirectory.appending(path: "plumbline-zeros-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: file) }
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/bin/sh")
    process.arguments = ["-c", "head -c \(count) /dev/zero | gzip -c > '\(file.path)'"]
    try await process.runToEnd()
    return Array(try Data(contentsOf: file))
}
