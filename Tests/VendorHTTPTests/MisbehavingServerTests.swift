import Foundation
import Testing
import VendorHTTP

@Suite("Transport: servers that misbehave", .timeLimit(.minutes(1)))
struct MisbehavingServerTests {
    private func failure(
        _ request: (String) -> HTTPRequest, _ serve: @escaping @Sendable (Peer) -> Void
    ) async throws -> VendorHTTPError {
        let server = LoopbackServer(serve)
        defer { server.stop() }
        return try await plainTransport().failure(request(server.url))
    }

    @Test("A body that ends too early is an error with the status that had come")
    func truncated() async throws {
        let error = try await failure({ HTTPRequest(.post, $0, body: [1]) }) { peer in
            _ = peer.readRequest()
            peer.write("HTTP/1.1 201 Created\r\nContent-Length: 100\r\n\r\n0123456789")
        }
        #expect(error.code == .connectionLost && error.delivery == .maybeSent && error.status == 201)
    }

    @Test("A chunked body that ends too early is an error, as is one with broken chunks")
    func chunks() async throws {
        for rest in ["5\r\nab", "xyz\r\nab\r\n0\r\n\r\n"] {
            let error = try await failure({ HTTPRequest(.get, $0) }) { peer in
                _ = peer.readRequest()
                peer.write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + rest)
            }
            #expect(error.code == .connectionLost || error.code == .invalidResponse)
            #expect(error.delivery == .maybeSent)
        }
    }

    @Test("More bytes than announced do not become the next response")
    func excess() async throws {
        let server = LoopbackServer { peer in
            while let request = peer.readRequest() {
                if request.target == "/long" {
                    peer.write(
                        "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n12345HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil"
                    )
                } else {
                    peer.answer("200 OK", body: Array("good".utf8))
                }
            }
        }
        defer { server.stop() }
        let transport = try plainTransport()
        for _ in 0..<10 {
            #expect(try await transport.send(HTTPRequest(.get, server.url + "/long")).text == "12345")
            #expect(try await transport.send(HTTPRequest(.get, server.url + "/next")).text == "good")
        }
    }

    @Test("A reset in the middle of the header is an error")
    func reset() async throws {
        let error = try await failure({ HTTPRequest(.post, $0) }) { peer in
            _ = peer.readRequest()
            peer.write("HTTP/1.1 200 OK\r\nConte")
            peer.reset()
        }
        #expect(error.code == .connectionLost && error.delivery == .maybeSent)
    }

    @Test("An answer that is not HTTP is an error")
    func notHTTP() async throws {
        let error = try await failure({ HTTPRequest(.get, $0) }) { peer in
            _ = peer.readRequest()
            peer.write("SSH-2.0-OpenSSH_9.2\r\n")
            peer.waitForEnd()
        }
        #expect(error.code == .invalidResponse && error.delivery == .maybeSent, "\(error)")
    }

    @Test("A server that never answers costs the deadline and no more")
    func silent() async throws {
        let start = ContinuousClock.now
        let error = try await failure({ HTTPRequest(.post, $0, deadline: .milliseconds(300)) }) { peer in
            _ = peer.readRequest()
            peer.waitForEnd()
        }
        #expect(error.code == .timedOut && error.delivery == .maybeSent)
        #expect(ContinuousClock.now - start >= .milliseconds(300))
        #expect(ContinuousClock.now - start < .seconds(10))
    }

    @Test("A server that answers byte by byte is cut off at the deadline, in the header and in the body")
    func slow() async throws {
        for opening in ["HTTP/1.1 200 OK\r\nX: ", "HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n"] {
            let error = try await failure({ HTTPRequest(.get, $0, deadline: .milliseconds(400)) }) { peer in
                _ = peer.readRequest()
                peer.write(opening)
                while peer.write("a") { usleep(20_000) }
            }
            #expect(error.code == .timedOut && error.delivery == .maybeSent)
        }
    }

    @Test("A transfer below the lowest speed is given up before the deadline")
    func lowSpeed() async throws {
        let server = LoopbackServer { peer in
            _ = peer.readRequest()
            peer.write("HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n")
            while peer.write("a") { usleep(100_000) }
        }
        defer { server.stop() }
        let transport = try plainTransport {
            $0.lowSpeedBytesPerSecond = 1000
            $0.lowSpeedTime = .seconds(1)
        }
        let error = try await transport.failure(HTTPRequest(.get, server.url))
        #expect(error.code == .timedOut)
    }

    @Test("A request waiting for a free connection keeps its deadline: not sent")
    func waiting() async throws {
        let server = LoopbackServer { peer in
            _ = peer.readRequest()
            peer.waitForEnd()
        }
        defer { server.stop() }
        let transport = try plainTransport { $0.maximumConnectionsPerHost = 1 }
        let url = server.url
        async let first = transport.failure(HTTPRequest(.get, url, deadline: .seconds(2)))
        for await _ in server.requests { break }
        let second = try await transport.failure(HTTPRequest(.post, url, deadline: .milliseconds(200)))
        #expect(second.code == .timedOut && second.delivery == .notSent)
        #expect(try await first.delivery == .maybeSent)
    }

    @Test("A body beyond its limit is cut off: announced, chunked without end, and one byte too long")
    func tooLarge() async throws {
        let endless: [@Sendable (Peer) -> Void] = [
            { $0.write("HTTP/1.1 200 OK\r\nContent-Length: 1000000000000\r\n\r\n") },
            { peer in
                peer.write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
                while peer.write("1000\r\n" + String(repeating: "a", count: 4096) + "\r\n") {}
            },
            { $0.answer("200 OK", body: [UInt8](repeating: 1, count: 100_001)) },
        ]
        for answer in endless {
            let error = try await failure({ HTTPRequest(.get, $0, maximumResponseBytes: 100_000) }) { peer in
                _ = peer.readRequest()
                answer(peer)
                peer.waitForEnd()
            }
            #expect(error.code == .responseTooLarge && error.delivery == .maybeSent && error.status == 200)
        }
    }

    @Test("A body of exactly the limit passes")
    func exactlyTheLimit() async throws {
        let server = LoopbackServer { peer in
            while peer.readRequest() != nil { peer.answer("200 OK", body: [UInt8](repeating: 1, count: 100_000)) }
        }
        defer { server.stop() }
        let response = try await plainTransport().send(HTTPRequest(.get, server.url, maximumResponseBytes: 100_000))
        #expect(response.body.count == 100_000)
    }

    @Test("A header without end is cut off")
    func headerTooLarge() async throws {
        let error = try await failure({ HTTPRequest(.get, $0) }) { peer in
            _ = peer.readRequest()
            peer.write("HTTP/1.1 200 OK\r\n")
            while peer.write("X-Padding: " + String(repeating: "a", count: 1000) + "\r\n") {}
        }
        #expect(error.code == .responseTooLarge)
    }

    @Test(
        "A gzip bomb is cut off at the limit of the decompressed size",
        .enabled(if: FileManager.default.isExecutableFile(atPath: "/usr/bin/gzip"), "gzip is not installed"))
    func bomb() async throws {
        let compressed = try await zeros(64 << 20)
        #expect(compressed.count < 100_000)
        let error = try await failure({ HTTPRequest(.get, $0, maximumResponseBytes: 1 << 20) }) { peer in
            _ = peer.readRequest()
            peer.answer("200 OK", headers: ["Content-Encoding: gzip"], body: compressed)
            peer.waitForEnd()
        }
        #expect(error.code == .responseTooLarge)
    }

    @Test("An encoding that was not asked for, or broken compression, is an error")
    func encoding() async throws {
        for encoding in ["nonsense", "gzip"] {
            let error = try await failure({ HTTPRequest(.get, $0) }) { peer in
                _ = peer.readRequest()
                peer.answer("200 OK", headers: ["Content-Encoding: \(encoding)"], body: Array("not compressed".utf8))
                peer.waitForEnd()
            }
            #expect(error.code == .invalidResponse, "\(error)")
        }
    }
}
