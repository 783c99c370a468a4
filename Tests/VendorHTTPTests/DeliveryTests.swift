import Foundation
import Glibc
import Testing
import VendorHTTP

/// Whether a request may have reached the vendor decides between "retry" and "unknown outcome".
@Suite("Transport: delivery")
struct DeliveryTests {
    @Test("A port where nobody listens: not sent")
    func refused() async throws {
        let (port, descriptor) = LoopbackServer.refusingPort()
        defer { close(descriptor) }
        let error = try await plainTransport().failure(
            HTTPRequest(.post, "http://127.0.0.1:\(port)/x?email=a@b.example"))
        #expect(error.code == .connectFailed && error.delivery == .notSent)
        #expect(error.location == "POST http://127.0.0.1:\(port)/x?email=***")
    }

    @Test("A host without an address: not sent")
    func unresolved() async throws {
        let request = HTTPRequest(.post, "http://nobody.invalid/", deadline: .seconds(5))
        let error = try await plainTransport().failure(request)
        #expect(error.code == .resolveFailed || error.code == .timedOut)
        #expect(error.delivery == .notSent)
    }

    @Test("A server that never shakes hands in TLS: not sent", .timeLimit(.minutes(1)))
    func silentTLS() async throws {
        let server = LoopbackServer { $0.waitForEnd() }
        defer { server.stop() }
        let transport = try plainTransport { $0.connectTimeout = .milliseconds(300) }
        let error = try await transport.failure(HTTPRequest(.post, "https://127.0.0.1:\(server.port)/"))
        #expect(error.code == .timedOut && error.delivery == .notSent)
    }

    @Test("A server that speaks no TLS: not sent")
    func notTLS() async throws {
        let server = LoopbackServer { peer in peer.write("220 mail.example ready\r\n") }
        defer { server.stop() }
        let error = try await plainTransport().failure(HTTPRequest(.post, "https://127.0.0.1:\(server.port)/"))
        #expect(error.delivery == .notSent, "\(error)")
        #expect(error.code == .tlsFailed || error.code == .connectFailed)
    }

    @Test("A server that closes after reading the request: maybe sent, and sent once", arguments: HTTPMethod.allCases)
    func closesAfterReading(method: HTTPMethod) async throws {
        let server = LoopbackServer { _ = $0.readRequest() }
        defer { server.stop() }
        let body: [UInt8]? = method == .get ? nil : [1]
        let error = try await plainTransport().failure(HTTPRequest(method, server.url, body: body))
        #expect(error.code == .connectionLost && error.delivery == .maybeSent)
        #expect(error.status == nil)
        #expect(server.received.count == 1)
    }

    @Test("A server that accepts and closes without reading: maybe sent")
    func closesAtOnce() async throws {
        let server = LoopbackServer { $0.reset() }
        defer { server.stop() }
        let error = try await plainTransport().failure(HTTPRequest(.post, server.url, body: [1]))
        // Where the reset comes before the request is written, libcurl may see that the connection was never made.
        #expect(error.code == .connectionLost || error.delivery == .notSent, "\(error)")
        #expect(server.connections == 1)
    }

    @Test(
        "A reused connection that ends without an answer: a write is not repeated and its outcome is unknown",
        arguments: [HTTPMethod.post, .put, .patch, .delete], [nil, [1, 2, 3]] as [[UInt8]?])
    func reusedConnectionDies(method: HTTPMethod, body: [UInt8]?) async throws {
        let server = LoopbackServer { peer in
            if peer.number == 1 {
                _ = peer.readRequest()
                peer.answer("200 OK")
                _ = peer.readRequest()  // and closes
            } else {
                while peer.readRequest() != nil { peer.answer("200 OK") }
            }
        }
        defer { server.stop() }
        let transport = try plainTransport()
        _ = try await transport.send(HTTPRequest(.get, server.url + "/first"))
        let error = try await transport.failure(HTTPRequest(method, server.url + "/second", body: body))
        #expect(error.code == .connectionLost && error.delivery == .maybeSent, "\(error)")
        #expect(server.received.map(\.line) == ["GET /first HTTP/1.1", "\(method.rawValue) /second HTTP/1.1"])
        // The transport is none the worse for it.
        #expect(try await transport.send(HTTPRequest(.post, server.url)).status == 200)
    }

    @Test(
        "A reused connection that dies together with its server: lost, not refused", arguments: [HTTPMethod.get, .post])
    func serverDies(method: HTTPMethod) async throws {
        let gate = DispatchSemaphore(value: 0)
        let server = LoopbackServer { peer in
            _ = peer.readRequest()
            peer.answer("200 OK")
            _ = peer.readRequest()
            gate.wait()
        }
        let transport = try plainTransport()
        var requests = server.requests.makeAsyncIterator()
        _ = try await transport.send(HTTPRequest(.get, server.url))
        _ = await requests.next()
        let url = server.url
        async let pending = transport.failure(HTTPRequest(method, url))
        _ = await requests.next()
        server.stop()
        gate.signal()
        let error = try await pending
        #expect(error.code == .connectionLost && error.delivery == .maybeSent, "\(error)")
    }

    @Test("A reused connection that is reset while a large body is written: not repeated")
    func reusedConnectionResets() async throws {
        let server = LoopbackServer { peer in
            _ = peer.readRequest()
            peer.answer("200 OK")
            guard peer.number == 1 else { return peer.waitForEnd() }
            var byte: UInt8 = 0
            recv(peer.descriptor, &byte, 1, 0)
            peer.reset()
        }
        defer { server.stop() }
        let transport = try plainTransport()
        _ = try await transport.send(HTTPRequest(.get, server.url))
        let body = [UInt8](repeating: 1, count: 8 << 20)
        let error = try await transport.failure(HTTPRequest(.post, server.url, body: body))
        #expect(error.code == .connectionLost && error.delivery == .maybeSent)
        #expect(server.connections <= 2 && server.received.count == 1)
    }

    @Test("A reused connection that ends without an answer: a read is repeated on a new one")
    func readIsRepeated() async throws {
        let server = LoopbackServer { peer in
            while let request = peer.readRequest() {
                if peer.number == 1, request.target == "/second" { return }
                peer.answer("200 OK", body: Array(request.target.utf8))
            }
        }
        defer { server.stop() }
        let transport = try plainTransport()
        _ = try await transport.send(HTTPRequest(.get, server.url + "/first"))
        #expect(try await transport.send(HTTPRequest(.get, server.url + "/second")).text == "/second")
        #expect(server.received.map(\.target) == ["/first", "/second", "/second"])
    }

    @Test("An idle connection that the server has closed is noticed: a write goes over a new one, once")
    func idleClosed() async throws {
        let closed = AsyncStream<Void>.makeStream()
        let server = LoopbackServer { peer in
            _ = peer.readRequest()
            peer.answer("200 OK")
            guard peer.number == 1 else { return peer.waitForEnd() }
            peer.close()
            closed.continuation.yield()
        }
        defer { server.stop() }
        let transport = try plainTransport()
        _ = try await transport.send(HTTPRequest(.get, server.url))
        for await _ in closed.stream { break }
        #expect(try await transport.send(HTTPRequest(.post, server.url, body: [1])).status == 200)
        #expect(server.received.count == 2)
    }
}
