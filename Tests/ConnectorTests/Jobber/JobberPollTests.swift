import CanonicalModel
import ConnectorKit
import SyncCore
import Synchronization
import Testing
import VendorHTTP

@testable import Jobber

@Suite("Jobber: lists that change while they are polled")
struct JobberPollTests {
    /// Jobber's lists, whose cursors are positions: what leaves its place moves the others up.
    private final class Account: VendorSession {
        struct Record {
            let id: String
            var updatedAt: Instant
        }

        let declaration: ConnectionDeclaration
        let now = Instant(seconds: 1_780_315_200)
        let records: Mutex<[Record]>
        /// Whether each answer has the list the other way round than the one before.
        let isUnstable = Mutex(false)
        private let answers = Mutex(0)

        init(_ count: Int) throws {
            declaration = try JobberFixture.declaration()
            let now = now
            records = Mutex(
                (0..<count).map { Record(id: "id\($0)", updatedAt: now.advanced(bySeconds: Int64($0 - 2 * count))) })
        }

        func redacted(_ fault: ConnectorFault) -> ConnectorFault { fault }

        /// People change records: they are the newest ones then.
        func change(_ ids: Set<String>) {
            records.withLock { records in
                for index in records.indices where ids.contains(records[index].id) { records[index].updatedAt = now }
            }
        }

        /// People take records away.
        func remove(_ ids: Set<String>) {
            records.withLock { $0.removeAll { ids.contains($0.id) } }
        }

        func send(_ request: VendorRequest, isSafe: Bool) async throws(ConnectorFault) -> HTTPResponse {
            guard let body = try? JSONValue(parsing: request.body ?? []) else {
                throw ConnectorFault(.validation, code: "test", message: "no JSON", fix: "")
            }
            let since = body["variables"]["since"].string.flatMap { Instant($0) }
            let isNewestFirst = body["query"].string?.contains("DESCENDING") == true
            let first = body["query"].string?.contains("first: 100") == true ? 100 : 50
            let start = body["variables"]["after"].string.flatMap(Int.init).map { $0 + 1 } ?? 0
            let list = records.withLock { records in
                records.filter { record in since.map { record.updatedAt > $0 } ?? true }.sorted {
                    ($0.updatedAt, $0.id) < ($1.updatedAt, $1.id)
                }
            }
            let number = answers.withLock { count in
                count += 1
                return count
            }
            let isTurned = isUnstable.withLock { $0 } && number.isMultiple(of: 2)
            let ordered = isNewestFirst != isTurned ? list.reversed() : list
            let page = ordered.dropFirst(start).prefix(first)
            let edges = page.enumerated().map { offset, record -> JSONValue in
                [
                    "cursor": .string("\(start + offset)"),
                    "node": ["id": .string(record.id), "updatedAt": .string(record.updatedAt.description)],
                ]
            }
            let answer: JSONValue = [
                "data": [
                    "page": [
                        "edges": .array(edges),
                        "pageInfo": [
                            "hasNextPage": .bool(ordered.count > start + page.count),
                            "endCursor": .string("\(start + page.count - 1)"),
                        ],
                    ]
                ]
            ]
            return HTTPResponse(status: 200, headers: HTTPHeaders(), body: answer.serialised())
        }
    }

    /// Polls until a round is through; between its first two pages something happens.
    ///
    /// - Returns: all that it has shown, and how many pages it took.
    private func round(
        _ name: String, _ account: Account, _ meanwhile: ([String]) -> Void
    ) async throws -> (ids: Set<String>, pages: Int) {
        let connector = try JobberFixture.connector()
        let stream = try #require(connector.descriptor.pollStreams.first { $0.name == name })
        let start = account.now.advanced(bySeconds: -10_000)
        var cursor = JobberPollCursor(since: start, after: nil, latest: start).text
        var found: Set<String> = []
        var pages = 0
        while pages < 40 {
            let page = try await connector.poll(stream, after: cursor, session: account)
            let ids = page.changes.map(\.native.id)
            found.formUnion(ids)
            pages += 1
            if pages == 1 { meanwhile(ids) }
            cursor = page.cursor
            guard page.hasMore else { return (found, pages) }
        }
        Issue.record("the round has no end")
        return (found, pages)
    }

    private static let all = Set((0..<260).map { "id\($0)" })

    @Test(
        "R24.4: clients that people change between two pages, few or many, move none of the others past the poll",
        arguments: [0, 1, 7, 19, 20, 60, 100])
    func clients(changed: Int) async throws {
        let account = try Account(260)
        let round = try await round("clients", account) { account.change(Set($0.prefix(changed))) }
        #expect(round.ids == Self.all)
        // Without changes each page but the last brings 80 new ones; a page that does not join on costs another round.
        if changed == 0 { #expect(round.pages == 3) }
    }

    @Test(
        "R24.4: jobs that people delete between two pages move none of the others past the poll",
        arguments: [0, 1, 9, 10, 30, 50], ["jobs", "scheduled jobs"])
    func jobs(removed: Int, stream: String) async throws {
        let account = try Account(260)
        let round = try await round(stream, account) { account.remove(Set($0.prefix(removed))) }
        #expect(round.ids == Self.all)
    }

    @Test("A page that the last one changes all of, and one of which nothing is left, are read again")
    func moved() async throws {
        let account = try Account(150)
        var round = try await round("clients", account) { account.change(Set($0)) }
        #expect(round.ids == Set((0..<150).map { "id\($0)" }))
        let shrunk = try Account(150)
        round = try await self.round("clients", shrunk) { shrunk.remove(Set($0)) }
        #expect(round.ids == Set((0..<150).map { "id\($0)" }))
    }

    @Test(
        "R24.4: a list without an order of its own is told after five new beginnings, and is read to its end all the same",
        arguments: ["clients", "scheduled jobs"])
    func unstable(name: String) async throws {
        let account = try Account(420)
        let all = Set((0..<420).map { "id\($0)" })
        account.isUnstable.withLock { $0 = true }
        let connector = try JobberFixture.connector()
        let stream = try #require(connector.descriptor.pollStreams.first { $0.name == name })
        let start = account.now.advanced(bySeconds: -10_000)
        var cursor = JobberPollCursor(since: start, after: nil, latest: start).text
        var pages: [Int] = []
        var found: Set<String> = []
        func poll() async throws -> PollPage {
            let page = try await connector.poll(stream, after: cursor, session: account)
            found.formUnion(page.changes.map(\.native.id))
            cursor = page.cursor
            return page
        }
        for restarts in 1...9 {
            var count = 1
            var page = try await poll()
            while !page.isAnew, count < 40 {
                page = try await poll()
                count += 1
            }
            #expect(page.restarts == restarts && page.hasMore)
            pages.append(count)
        }
        #expect(pages.prefix(PollTurn.patience) == [2, 2, 2, 2, 2], "what may be missed is asked for again")
        #expect(pages.dropFirst(PollTurn.patience).allSatisfy { $0 >= 4 }, "then all of the list is shown")
        #expect(found == all)
        #expect(JobberPollCursor(cursor, now: account.now).since == start, "and no moment is passed over")
        account.isUnstable.withLock { $0 = false }
        found = []
        var page = try await poll()
        #expect(page.restarts == 9 && !page.isAnew, "it is no better before its end")
        while page.hasMore { page = try await poll() }
        #expect(found == all)
        #expect(page.restarts == 0)
        #expect(name != "clients" || JobberPollCursor(cursor, now: account.now).since > start)
    }

    @Test("A cursor that an earlier version has stored is read, and goes on where it says")
    func stored() {
        let old = JobberPollCursor("2026-03-12T17:00:00Z|2026-03-12T17:00:30Z|MTAw", now: Instant(seconds: 0))
        #expect(old.since == Instant("2026-03-12T17:00:00Z"))
        #expect(old.latest == Instant("2026-03-12T17:00:30Z"))
        #expect(old.after == "MTAw")
        #expect(old.known.isEmpty)
        let new = JobberPollCursor(since: old.since, after: "NzQ=", latest: old.latest, known: ["a=", "b/c"])
        #expect(JobberPollCursor(new.text, now: Instant(seconds: 0)) == new)
        let four = JobberPollCursor("\(old.since)|\(old.latest)|NzQ=|a=,b/c", now: Instant(seconds: 0))
        #expect(four == new && four.restarts == 0)
        let counted = JobberPollCursor(
            since: old.since, after: "NzQ=", latest: old.latest, known: ["a="], restarts: 7, hasGap: true)
        #expect(JobberPollCursor(counted.text, now: Instant(seconds: 0)) == counted)
        // A place in the list of jobs around now, as it was stored before: the list begins anew.
        #expect(JobberPollCursor("NDAw", now: Instant(seconds: 100)).after == nil)
    }
}
