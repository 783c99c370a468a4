import NetworkSupport
import SandboxHubSpot
import SandboxSupport
import Testing

@Suite("The proxy that breaks connections", .timeLimit(.minutes(1)))
struct TCPForwarderTests {
    @Test("passes everything on, breaks what it is told to break, and is whole again afterwards")
    func flows() async throws {
        try await withSandbox(HubSpotSandbox.self) { sandbox in
            let forwarder = TCPForwarder(to: "127.0.0.1", port: sandbox.port)
            defer { forwarder.close() }
            let client = SandboxClient(baseURL: "http://127.0.0.1:\(forwarder.port)")
            func answers(within milliseconds: Int64 = 10_000) async -> Bool {
                let answer = try? await client.send(
                    "GET", "/_sandbox/health", timeoutMilliseconds: milliseconds)
                return answer?.status == 200
            }
            // The client may find out about a connection that was broken only when it uses it.
            func recovers() async -> Bool {
                for _ in 0..<5 where await answers() { return true }
                return false
            }
            #expect(await answers())
            forwarder.setRefusing(true)
            forwarder.cut()
            #expect(await !answers())
            forwarder.setRefusing(false)
            #expect(await recovers())
            forwarder.setFlow(.truncating(after: 7))
            #expect(await !answers())
            forwarder.setFlow(.open)
            #expect(await recovers())
            for flow in [TCPForwarder.Flow.silent, .holdingClients, .holdingServer] {
                forwarder.setFlow(flow)
                #expect(await !answers(within: 300))
                forwarder.cut()
                forwarder.setFlow(.open)
                #expect(await recovers())
            }
            forwarder.reset()
            #expect(await recovers())
            forwarder.setDelay(milliseconds: 40)
            let start = ContinuousClock.now
            #expect(await answers())
            // Once on the way there and once on the way back.
            #expect(ContinuousClock.now - start >= .milliseconds(80))
        }
    }
}
