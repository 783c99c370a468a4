import CanonicalModel
import ConnectorKit
import QuickBooksOnline
import SyncCore
import Testing
import VendorHTTP

@Suite("QuickBooks Online: answers that are no answers")
struct QuickBooksOnlineAnswerTests {
    /// QuickBooks, which answers every call with the status of a success and the same body.
    private struct Company: VendorSession {
        let declaration = QuickBooksOnlineFixture.declaration(overlay: [:])
        let now = Instant(seconds: 1_780_315_200)
        let body: JSONValue

        func redacted(_ fault: ConnectorFault) -> ConnectorFault { fault }

        func send(_ request: VendorRequest, isSafe: Bool) async throws(ConnectorFault) -> HTTPResponse {
            HTTPResponse(status: 200, headers: HTTPHeaders(), body: body.serialised())
        }
    }

    private static let bodies: [JSONValue] = [
        ["time": "2026-03-12T10:00:00.000-07:00"], ["message": "welcome to the proxy"], ["CDCResponse": []], [],
    ]

    private func connector() throws -> QuickBooksOnlineConnector {
        try QuickBooksOnlineConnector(QuickBooksOnlineFixture.declaration(overlay: [:]))
    }

    @Test(
        "R13.4: a read that is answered so says nothing of what is there: no object is gone for it", arguments: bodies)
    func read(body: JSONValue) async throws {
        let connector = try connector()
        let references = ["1", "2"].map { NativeReference(type: "Customer", id: $0) }
        await #expect(throws: ConnectorFault.self) {
            _ = try await connector.read(references, session: Company(body: body))
        }
    }

    @Test("A poll of any stream and a page that are answered so fail, and no cursor moves", arguments: bodies)
    func list(body: JSONValue) async throws {
        let connector = try connector()
        for stream in connector.descriptor.pollStreams {
            await #expect(throws: ConnectorFault.self, "\(stream.name)") {
                _ = try await connector.poll(stream, after: nil, session: Company(body: body))
            }
        }
        await #expect(throws: ConnectorFault.self) {
            _ = try await connector.page(of: "Customer", after: nil, session: Company(body: body))
        }
    }
}
