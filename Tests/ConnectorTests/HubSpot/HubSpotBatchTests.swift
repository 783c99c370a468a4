import CanonicalModel
import ConnectorKit
import HubSpot
import SyncCore
import Synchronization
import Testing
import VendorHTTP

@Suite("HubSpot: batches of writes")
struct HubSpotBatchTests {
    /// HubSpot, as far as it updates deals; it refuses some ids, and with one of them the whole batch.
    private final class Portal: VendorSession {
        let declaration = HubSpotFixture.declaration
        let now = Instant(seconds: 1_780_315_200)
        let refused: Set<String>
        let calls = Mutex(0)
        let updated = Mutex<[String]>([])

        init(refused: Set<String>) { self.refused = refused }

        func redacted(_ fault: ConnectorFault) -> ConnectorFault { fault }

        func send(_ request: VendorRequest, isSafe: Bool) async throws(ConnectorFault) -> HTTPResponse {
            calls.withLock { $0 += 1 }
            let body = (try? JSONValue(parsing: request.body ?? [])) ?? .null
            let single = request.path.split(separator: "/").last.map(String.init) ?? ""
            let ids = body["inputs"].array.map { $0.compactMap { $0["id"].string } } ?? [single]
            guard refused.isDisjoint(with: ids) else {
                return answer(400, ["category": "VALIDATION_ERROR", "message": "Property values were not valid"])
            }
            updated.withLock { $0 += ids }
            let objects = ids.map { JSONValue.object(["id": .string($0), "updatedAt": "2026-06-01T12:00:00Z"]) }
            return answer(200, body["inputs"].isNull ? objects[0] : ["results": .array(objects)])
        }

        private func answer(_ status: Int, _ body: JSONValue) -> HTTPResponse {
            HTTPResponse(status: status, headers: HTTPHeaders(), body: body.serialised())
        }
    }

    @Test(
        "One bad record of a hundred is refused alone, in a few calls; every other one is written once",
        arguments: [["37"], ["1", "100"], []] as [Set<String>])
    func halving(refused: Set<String>) async throws {
        let connector = try HubSpotFixture.connector()
        let portal = Portal(refused: refused)
        let writes = try (1...100).map { number in
            try connector.prepare(
                OutboundWrite(
                    record: IDSource.random.next(portal.now), entity: .job,
                    native: NativeReference(type: "deal", id: "\(number)"),
                    changes: ["crew": .set(.texts(["Ann \(number)"]))], desired: [:], shadow: [:],
                    needsExternalID: false, versionToken: nil, creationKey: "k\(number)"))
        }
        let outcomes = await connector.send(writes, session: portal)
        let failed = zip(writes, outcomes).compactMap { write, outcome -> String? in
            guard case .failed(let fault) = outcome else { return nil }
            #expect(fault.failureClass == .validation)
            return write.write.native?.id
        }
        #expect(Set(failed) == refused && outcomes.count == 100)
        #expect(
            portal.updated.withLock { $0.sorted() }
                == (1...100).map(String.init).filter { !refused.contains($0) }.sorted())
        #expect(portal.calls.withLock(\.self) <= 1 + refused.count * 14)
    }
}
