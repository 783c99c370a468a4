import Foundation
import Testing
import VendorHTTP

@Suite("Transport: TLS and HTTP/2", .timeLimit(.minutes(1)))
struct TLSTests {
    private func transport(
        trusting server: TLSServer, _ change: (inout CurlTransport.Configuration) -> Void = { _ in }
    ) throws -> CurlTransport {
        var configuration = CurlTransport.Configuration()
        configuration.caFile = server.caFile
        change(&configuration)
        return try CurlTransport(configuration: configuration)
    }

    @Test(
        "A certificate that nobody vouches for, or for another name, is refused before anything is sent",
        .enabled(if: TLSServer.Program.openssl.isInstalled, "openssl is not installed"))
    func untrusted() async throws {
        let server = try await TLSServer(.openssl)
        defer { server.stop() }
        let stranger = try await CurlTransport().failure(HTTPRequest(.post, server.url))
        #expect(stranger.code == .tlsFailed && stranger.delivery == .notSent, "\(stranger)")
        let transport = try transport(trusting: server)
        let misnamed = try await transport.failure(HTTPRequest(.post, "https://127.0.0.1:\(server.port)/"))
        #expect(misnamed.code == .tlsFailed && misnamed.delivery == .notSent, "\(misnamed)")
    }

    @Test(
        "A trusted certificate is accepted",
        .enabled(if: TLSServer.Program.openssl.isInstalled, "openssl is not installed"))
    func trusted() async throws {
        let server = try await TLSServer(.openssl)
        defer { server.stop() }
        let response = try await transport(trusting: server).send(HTTPRequest(.get, server.url))
        #expect(response.status == 200 && response.httpVersion == .http1_0)
    }

    @Test(
        "HTTP/2 is not offered where it is not allowed",
        .enabled(if: TLSServer.Program.nghttpd.isInstalled, "nghttpd is not installed (package nghttp2-server)"))
    func noHTTP2() async throws {
        let server = try await TLSServer(.nghttpd)
        defer { server.stop() }
        // nghttpd speaks nothing else, so it hangs up.
        let transport = try transport(trusting: server) { $0.allowsHTTP2 = false }
        let error = try await transport.failure(HTTPRequest(.get, server.url))
        #expect(error.code != .timedOut, "\(error)")
    }

    @Test(
        "HTTP/2: many large bodies at once arrive whole, over no more connections than allowed",
        .enabled(if: TLSServer.Program.nghttpd.isInstalled, "nghttpd is not installed (package nghttp2-server)"))
    func http2() async throws {
        let server = try await TLSServer(.nghttpd)
        defer { server.stop() }
        let transport = try transport(trusting: server) { $0.maximumConnectionsPerHost = 3 }
        let url = server.url + "/file"
        for _ in 0..<3 {
            try await withThrowingTaskGroup(of: HTTPResponse.self) { group in
                for _ in 0..<40 { group.addTask { try await transport.send(HTTPRequest(.get, url)) } }
                for try await response in group {
                    #expect(response.status == 200 && response.httpVersion == .http2 && response.body.count == 200_000)
                }
            }
        }
        #expect(try (1...3).contains(server.loggedConnections().count))
    }

    @Test(
        "HTTP/2: a body beyond its limit ends its stream only; writes work",
        .enabled(if: TLSServer.Program.nghttpd.isInstalled, "nghttpd is not installed (package nghttp2-server)"))
    func http2Limit() async throws {
        let server = try await TLSServer(.nghttpd)
        defer { server.stop() }
        let transport = try transport(trusting: server)
        let large = try await transport.failure(HTTPRequest(.get, server.url + "/file", maximumResponseBytes: 1000))
        #expect(large.code == .responseTooLarge && large.delivery == .maybeSent)
        let response = try await transport.send(
            HTTPRequest(.post, server.url + "/file", body: [UInt8](repeating: 1, count: 300_000)))
        #expect(response.httpVersion == .http2 && response.status == 200)
        #expect(try await transport.send(HTTPRequest(.get, server.url + "/none")).status == 404)
    }

    @Test(
        "HTTP/2: a write on a reused connection that dies is not repeated and its outcome is unknown",
        .enabled(if: TLSServer.Program.nghttpd.isInstalled, "nghttpd is not installed (package nghttp2-server)"))
    func http2Dies() async throws {
        let server = try await TLSServer(.nghttpd)
        defer { server.stop() }
        let transport = try transport(trusting: server)
        _ = try await transport.send(HTTPRequest(.get, server.url + "/file"))
        server.freeze()
        let url = server.url + "/file"
        async let pending = transport.failure(HTTPRequest(.post, url, body: [1, 2, 3]))
        try await server.waitForUnreadBytes()
        server.stop()
        let error = try await pending
        #expect(error.code == .connectionLost && error.delivery == .maybeSent, "\(error)")
    }

    @Test(
        "Through a proxy, TLS goes by CONNECT; the proxy's refusal and absence mean: not sent",
        .enabled(if: TLSServer.Program.openssl.isInstalled, "openssl is not installed"))
    func tunnel() async throws {
        let server = try await TLSServer(.openssl)
        defer { server.stop() }
        let proxy = ProxyServer(answer: nil)
        defer { proxy.stop() }
        var configuration = CurlTransport.Configuration()
        configuration.caFile = server.caFile
        configuration.proxy = .init(url: "http://user:s3cret-proxy@127.0.0.1:\(proxy.port)")
        let response = try await CurlTransport(configuration: configuration).send(HTTPRequest(.get, server.url))
        #expect(response.status == 200)
        #expect(proxy.received.map(\.line) == ["CONNECT localhost:\(server.port) HTTP/1.1"])
        #expect(proxy.received.first?.header("Proxy-Authorization")?.hasPrefix("Basic ") == true)

        let refusing = ProxyServer(answer: "407 Proxy Authentication Required")
        defer { refusing.stop() }
        configuration.proxy = .init(url: "http://user:s3cret-proxy@127.0.0.1:\(refusing.port)")
        let refused = try await CurlTransport(configuration: configuration).failure(HTTPRequest(.post, server.url))
        #expect(refused.code == .proxyFailed && refused.delivery == .notSent, "\(refused)")
        #expect(!"\(refused)".contains("s3cret-proxy"))
    }
}

@Suite("Transport: proxy", .timeLimit(.minutes(1)))
struct ProxyTests {
    @Test("Plain requests go to the proxy, except to the hosts that bypass it")
    func forward() async throws {
        let server = LoopbackServer { peer in while peer.readRequest() != nil { peer.answer("200 OK", body: [1]) } }
        let proxy = LoopbackServer { peer in while peer.readRequest() != nil { peer.answer("200 OK", body: [2]) } }
        defer {
            server.stop()
            proxy.stop()
        }
        let viaProxy = try plainTransport { $0.proxy = .init(url: proxy.url) }
        #expect(try await viaProxy.send(HTTPRequest(.get, server.url + "/x")).body == [2])
        #expect(proxy.received.first?.line == "GET \(server.url)/x HTTP/1.1")
        let direct = try plainTransport { $0.proxy = .init(url: proxy.url, bypass: ["other.example", "127.0.0.1"]) }
        #expect(try await direct.send(HTTPRequest(.get, server.url)).body == [1])
    }

    @Test("A proxy in the environment is ignored")
    func environment() async throws {
        let server = LoopbackServer { peer in while peer.readRequest() != nil { peer.answer("200 OK", body: [1]) } }
        let proxy = LoopbackServer { peer in while peer.readRequest() != nil { peer.answer("200 OK", body: [2]) } }
        defer {
            server.stop()
            proxy.stop()
        }
        for name in ["http_proxy", "https_proxy", "all_proxy", "ALL_PROXY"] { setenv(name, proxy.url, 1) }
        defer { for name in ["http_proxy", "https_proxy", "all_proxy", "ALL_PROXY"] { unsetenv(name) } }
        #expect(try await plainTransport().send(HTTPRequest(.get, server.url)).body == [1])
        #expect(proxy.connections == 0)
    }
}
