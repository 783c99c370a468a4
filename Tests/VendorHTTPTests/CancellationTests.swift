import RandomSupport
import Testing
import VendorHTTP

@Suite("Transport: cancellation", .timeLimit(.minutes(1)))
struct CancellationTests {
    @Test("Cancelling the task ends the exchange and closes its connection; the others go on")
    func inProgress() async throws {
        let ended = AsyncStream<String>.makeStream()
        let server = LoopbackServer { peer in
            guard let request = peer.readRequest() else { return }
            if request.target == "/other" {
                peer.answer("200 OK")
                return
            }
            peer.waitForEnd()
            ended.continuation.yield(request.target)
        }
        defer { server.stop() }
        let transport = try plainTransport()
        let url = server.url
        let task = Task { try await transport.failure(HTTPRequest(.post, url + "/cancelled")) }
        for await _ in server.requests { break }
        task.cancel()
        let error = try await task.value
        #expect(error.code == .cancelled && error.delivery == .maybeSent)
        for await target in ended.stream {
            #expect(target == "/cancelled")
            break
        }
        #expect(try await transport.send(HTTPRequest(.get, url + "/other")).status == 200)
    }

    @Test("A task that is cancelled already sends nothing")
    func before() async throws {
        let server = LoopbackServer { peer in _ = peer.readRequest() }
        defer { server.stop() }
        let transport = try plainTransport()
        let url = server.url
        let task = Task {
            withUnsafeCurrentTask { $0?.cancel() }
            return try await transport.failure(HTTPRequest(.post, url))
        }
        let error = try await task.value
        #expect(error.code == .cancelled && error.delivery == .notSent)
        #expect(server.connections == 0)
    }

    @Test("Cancelling many at random leaves each with exactly one result", arguments: 0..<4 as Range<UInt64>)
    func storm(seed: UInt64) async throws {
        let server = LoopbackServer { peer in
            while peer.readRequest() != nil { peer.answer("200 OK", body: [1]) }
        }
        defer { server.stop() }
        let transport = try plainTransport()
        let url = server.url
        var random = SeededGenerator(seed: seed)
        let tasks = (0..<200).map { _ in
            Task { () -> Bool in
                do throws(VendorHTTPError) {
                    return try await transport.send(HTTPRequest(.get, url)).status == 200
                } catch {
                    return error.code == .cancelled
                }
            }
        }
        for task in tasks where Bool.random(using: &random) {
            task.cancel()
            if Int.random(in: 0..<8, using: &random) == 0 { await Task.yield() }
        }
        for task in tasks { #expect(await task.value, "seed \(seed)") }
    }
}
