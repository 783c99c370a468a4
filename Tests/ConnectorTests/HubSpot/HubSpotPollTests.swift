import CanonicalModel
import ConnectorKit
import SyncCore
import Synchronization
import Testing
import VendorHTTP

@testable import HubSpot

@Suite("HubSpot: searches whose result changes while it is polled")
struct HubSpotPollTests {
    /// HubSpot's search by time, whose offsets count from the beginning of the result.
    private final class Portal: VendorSession {
        let declaration = HubSpotFixture.declaration
        let now = Instant(seconds: 1_780_315_200)
        /// When each object was changed last, in milliseconds.
        let changes: Mutex<[String: Int64]>

        /// - Parameter spread: how many milliseconds lie between two changes.
        init(_ count: Int, spread: Int64) {
            let end = now.milliseconds - 1_000_000
            changes = Mutex(
                Dictionary(uniqueKeysWithValues: (0..<count).map { ("\(100 + $0)", end + Int64($0) * spread) }))
        }

        func redacted(_ fault: ConnectorFault) -> ConnectorFault { fault }

        func change(_ ids: some Sequence<String>) {
            changes.withLock { changes in
                for id in ids { changes[id] = now.milliseconds }
            }
        }

        func send(_ request: VendorRequest, isSafe: Bool) async throws(ConnectorFault) -> HTTPResponse {
            guard let body = try? JSONValue(parsing: request.body ?? []),
                let since = body["filterGroups"][0]["filters"][0]["value"].string.flatMap({ Int64($0) })
            else { throw ConnectorFault(.validation, code: "test", message: "no search", fix: "") }
            let start = body["after"].string.flatMap(Int.init) ?? 0
            let found = changes.withLock { changes in
                changes.filter { $0.value >= since }.sorted { ($0.value, $0.key) < ($1.value, $1.key) }
            }
            let page = found.dropFirst(start).prefix(100)
            var answer: JSONValue = [
                "total": .int(Int64(found.count)),
                "results": .array(
                    page.map { id, moment in
                        ["id": .string(id), "updatedAt": .string(Instant(milliseconds: moment).description)]
                    }),
            ]
            if start + page.count < found.count {
                answer["paging"] = ["next": ["after": .string("\(start + page.count)")]]
            }
            return HTTPResponse(status: 200, headers: HTTPHeaders(), body: answer.serialised())
        }
    }

    private func round(_ portal: Portal, _ meanwhile: ([String]) -> Void) async throws -> (
        ids: Set<String>, end: String
    ) {
        let connector = try HubSpotFixture.connector()
        let stream = try #require(connector.descriptor.pollStreams.first)
        let since = portal.now.milliseconds - 2_000_000
        var cursor = HubSpotPollCursor(since: since, latest: since, origin: since).text
        var found: Set<String> = []
        var pages = 0
        while pages < 40 {
            let page = try await connector.poll(stream, after: cursor, session: portal)
            let ids = page.changes.map(\.native.id)
            found.formUnion(ids)
            pages += 1
            if pages == 1 { meanwhile(ids) }
            cursor = page.cursor
            guard page.hasMore else { return (found, cursor) }
        }
        Issue.record("the round has no end")
        return (found, cursor)
    }

    @Test(
        "R24.4: objects that people change between two pages, few or many, move none of the others past the poll",
        arguments: [0, 1, 50, 100], [1, 700])
    func changes(changed: Int, spread: Int64) async throws {
        let portal = Portal(340, spread: spread)
        let round = try await round(portal) { portal.change($0.prefix(changed)) }
        #expect(round.ids == Set((0..<340).map { "\(100 + $0)" }))
    }

    @Test("R24.4: hundreds of one moment are read by offset, with a margin for what leaves its place meanwhile")
    func oneMoment() async throws {
        let portal = Portal(340, spread: 0)
        let round = try await round(portal) { portal.change($0.prefix(40)) }
        #expect(round.ids == Set((0..<340).map { "\(100 + $0)" }))
    }

    @Test("R24.4: however many pages a round had, the next one looks back by a minute from its end")
    func lookBack() async throws {
        let portal = Portal(340, spread: 10)
        portal.change(["439"])
        let end = HubSpotPollCursor(try await round(portal) { _ in }.end, now: 0)
        #expect(end.since == portal.now.milliseconds - HubSpotPollCursor.overlap)
        #expect(end.after == nil)
    }

    @Test("A cursor that an earlier version has stored within a result begins its query anew")
    func stored() {
        let old = HubSpotPollCursor("1796080823054/200/1796080883054", now: 0)
        #expect(
            old == HubSpotPollCursor(since: 1_796_080_823_054, latest: 1_796_080_883_054, origin: 1_796_080_823_054))
        let new = HubSpotPollCursor(since: 5, after: "50", latest: 9, origin: 1)
        #expect(HubSpotPollCursor(new.text, now: 0) == new)
    }
}
