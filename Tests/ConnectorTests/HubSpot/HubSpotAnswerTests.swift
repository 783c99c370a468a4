import CanonicalModel
import ConnectorKit
import HubSpot
import SyncCore
import Testing
import VendorHTTP

@Suite("HubSpot: answers that are no answers")
struct HubSpotAnswerTests {
    /// HubSpot, which answers every call with the status of a success and the same body.
    private struct Portal: VendorSession {
        let declaration = HubSpotFixture.declaration
        let now = Instant(seconds: 1_780_315_200)
        let body: JSONValue

        func redacted(_ fault: ConnectorFault) -> ConnectorFault { fault }

        func send(_ request: VendorRequest, isSafe: Bool) async throws(ConnectorFault) -> HTTPResponse {
            HTTPResponse(status: 200, headers: HTTPHeaders(), body: body.serialised())
        }
    }

    private static let bodies: [JSONValue] = [
        ["status": "error", "category": "INTERNAL_ERROR", "message": "internal error", "correlationId": "1"],
        ["message": "welcome to the proxy"], [],
    ]

    private func writes(_ count: Int) throws -> [PreparedWrite] {
        try (1...count).map { number in
            try HubSpotFixture.connector().prepare(
                OutboundWrite(
                    record: CanonicalID(high: 1, low: UInt64(number)), entity: .job,
                    native: NativeReference(type: "deal", id: "\(number)"),
                    changes: ["crew": .set(.texts(["Ann"]))], desired: [:], shadow: [:], needsExternalID: false,
                    versionToken: nil, creationKey: "k\(number)"))
        }
    }

    @Test(
        "R13.4: an update that is answered with an error and the status of a success has an unknown outcome, alone and in a batch",
        arguments: bodies, [1, 3])
    func update(body: JSONValue, count: Int) async throws {
        let outcomes = try await HubSpotFixture.connector().send(try writes(count), session: Portal(body: body))
        #expect(outcomes.count == count)
        for outcome in outcomes {
            guard case .unknown(let fault) = outcome else {
                Issue.record("\(outcome)")
                continue
            }
            #expect(fault.failureClass == .unknownOutcome)
        }
    }

    @Test(
        "R13.4: a read that is answered so says nothing of what is there: no object is gone for it", arguments: bodies,
        [1, 3])
    func read(body: JSONValue, count: Int) async throws {
        let references = (1...count).map { NativeReference(type: "deal", id: "\($0)") }
        let fault = await #expect(throws: ConnectorFault.self) {
            _ = try await HubSpotFixture.connector().read(references, session: Portal(body: body))
        }
        #expect([.transient, .undecodable].contains(fault?.failureClass))
    }

    @Test("A poll and a page that are answered so fail, and no cursor moves", arguments: bodies)
    func list(body: JSONValue) async throws {
        let connector = try HubSpotFixture.connector()
        let stream = try #require(connector.descriptor.pollStreams.first)
        await #expect(throws: ConnectorFault.self) {
            _ = try await connector.poll(stream, after: nil, session: Portal(body: body))
        }
        await #expect(throws: ConnectorFault.self) {
            _ = try await connector.page(of: "company", after: nil, session: Portal(body: body))
        }
    }
}
