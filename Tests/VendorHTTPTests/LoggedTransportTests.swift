import Logging
import Synchronization
import Testing
import VendorHTTP

@Suite("Logged transport")
struct LoggedTransportTests {
    private struct Canned: HTTPTransport {
        let result: Result<HTTPResponse, VendorHTTPError>

        func send(_ request: HTTPRequest) async throws(VendorHTTPError) -> HTTPResponse {
            try result.get()
        }
    }

    /// Keeps what is logged.
    private struct Recorder: LogHandler {
        final class Lines: Sendable {
            let all = Mutex<[(Logger.Level, String, Logger.Metadata)]>([])
        }

        let lines: Lines
        var metadata: Logger.Metadata = [:]
        var logLevel = Logger.Level.trace

        subscript(metadataKey key: String) -> Logger.Metadata.Value? {
            get { metadata[key] }
            set { metadata[key] = newValue }
        }

        func log(event: LogEvent) {
            lines.all.withLock { $0.append((event.level, "\(event.message)", event.metadata ?? [:])) }
        }
    }

    private func run(
        _ result: Result<HTTPResponse, VendorHTTPError>
    ) async -> (lines: [(Logger.Level, String, Logger.Metadata)], seen: [HTTPObservation]) {
        let lines = Recorder.Lines()
        let seen = Mutex<[HTTPObservation]>([])
        let redactor = Redactor()
        redactor.register("CANARY-registered")
        let transport = LoggedTransport(
            Canned(result: result), logger: Logger(label: "test") { _ in Recorder(lines: lines) }, redactor: redactor
        ) { observation in seen.withLock { $0.append(observation) } }
        let request = HTTPRequest(
            .post, "https://api.example.com:444/CANARY-registered/x?email=CANARY@b.example&code=CANARY2",
            headers: ["Authorization": "Bearer CANARY3"], body: Array("client_secret=CANARY4".utf8))
        _ = try? await transport.send(request)
        return (lines.all.withLock { $0 }, seen.withLock { $0 })
    }

    @Test("An answer is logged at debug with method, URL, status, time and sizes, and observed")
    func answered() async throws {
        let (lines, seen) = await run(.success(HTTPResponse(status: 201, body: Array("{\"token\":\"CANARY\"}".utf8))))
        let (level, message, metadata) = try #require(lines.first)
        #expect(lines.count == 1 && level == .debug && message == "vendor answered")
        #expect(metadata["http.method"] == "POST" && metadata["http.status"] == "201")
        #expect(metadata["http.url"] == "https://api.example.com:444/***/x?email=***&code=***")
        #expect(metadata["http.request.bytes"] == "21" && metadata["http.response.bytes"] == "18")
        #expect(metadata["http.milliseconds"] != nil)
        #expect(!"\(lines)".contains("CANARY"))
        let observation = try #require(seen.first)
        #expect(seen.count == 1 && observation.status == 201 && observation.host == "api.example.com")
        #expect(
            observation.requestBytes == 21 && observation.responseBytes == 18 && observation.httpVersion == .http1_1)
    }

    @Test("A refusal is logged at info")
    func refused() async throws {
        let (lines, _) = await run(.success(HTTPResponse(status: 429)))
        #expect(lines.first?.0 == .info)
    }

    @Test("A failure is logged at info with its code and delivery, without secrets, and thrown on")
    func failed() async throws {
        let error = VendorHTTPError(
            .connectionLost, .maybeSent, status: 200, "broke at token=CANARY5 CANARY-registered")
        let (lines, seen) = await run(.failure(error))
        let (level, message, metadata) = try #require(lines.first)
        #expect(level == .info && message == "vendor request failed")
        #expect(metadata["error.code"] == "connection_lost" && metadata["http.delivery"] == "maybe_sent")
        #expect(metadata["http.status"] == "200")
        #expect(!"\(lines)".contains("CANARY"))
        #expect(seen.first?.error?.code == .connectionLost && seen.first?.status == nil)
    }
}
