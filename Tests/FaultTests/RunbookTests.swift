import CanonicalModel
import Foundation
import Glibc
import IntegrationSupport
import Logging
import Messaging
import Postgres
import RabbitMQ
import SandboxKit
import SandboxSupport
import SyncCore
import SyncStore
import SystemSupport
import Testing

/// Each page of `deploy/runbooks` is followed to its end, on a system in which that very thing has happened.
@Suite(
    "Runbooks", .integration, .timeLimit(.minutes(10)),
    .enabled(
        if: PrivatePostgres.isInstalled && PrivateBroker.isInstalled, "PostgreSQL or RabbitMQ is not installed"))
struct RunbookTests {
    @Test(
        "R17.7, R24.8: every command of every runbook does what its page says, when that has happened which it is for")
    func pages() async throws {
        try await PrivatePostgres.run { postgres in
            try await PrivateBroker.run { broker in
                let servers = SystemServers(databaseURL: postgres.url, brokerURL: broker.url, prefix: "")
                try await withSystem(on: servers, .impatient) { system in
                    let operation = Operation(system: system, broker: broker)
                    try await operation.prepare()
                    let pages = operation.pages
                    #expect(try Runbook.names() == pages.keys.sorted())
                    for (name, follow) in pages.sorted(by: { $0.key > $1.key }) {
                        var page = try Runbook(name)
                        try await follow(&page)
                        #expect(page.left == 0, "\(name): not every block was run")
                        try await operation.isWell(after: name)
                    }
                }
            }
        }
    }

    @Test("Blocks of commands are found, indented or not, and nothing else is")
    func blocks() {
        let text = "a\n```sh\none\n  two\n```\n1. b\n\n   ```sh\n   three\n   ```\n```text\nno\n```\n"
        #expect(Runbook.blocks(of: text) == ["one\ntwo", "three"])
    }
}

/// What happens to a system, and how each page copes with it.
private struct Operation {
    let system: RunningSystem
    let broker: PrivateBroker

    private static let reason = ["REASON": "the runbook's test"]

    var pages: [String: (inout Runbook) async throws -> Void] {
        [
            "vendor-outage.md": vendorOutage, "token-revoked.md": tokenRevoked, "replay.md": replay,
            "poison-message.md": poison, "broker-lost.md": brokerLost, "database-restored.md": databaseRestored,
            "keys.md": keys, "upgrade.md": upgrade,
        ]
    }

    func prepare() async throws {
        try await rename("9001", "Firm", creating: true)
        try await eventually("the company was read") { try await shown("Firm") }
    }

    // MARK: The pages

    private func vendorOutage(_ page: inout Runbook) async throws {
        try await system.jobber.fault(["kind": "server-error", "status": 503], path: "**", count: -1)
        try await alarm("circuit")
        #expect(try await page.next(on: system).contains("jobber (jobber) does not answer, so reading rests"))
        #expect(try await page.next(on: system).contains("0"))
        try await system.jobber.control("DELETE", "faults")
        try await isWell(after: "the outage")
        let text = try await page.next(on: system)
        #expect(text.contains("Nothing is wrong") && text.contains("resolved"))
    }

    private func tokenRevoked(_ page: inout Runbook) async throws {
        try await system.hubspot.control("POST", "tokens/revoke", ["kind": "access"])
        try await system.hubspot.control("POST", "tokens/revoke", ["kind": "refresh"])
        try await alarm("token")
        #expect(try await page.next(on: system).contains("hubspot (hubspot) refuses our credentials"))
        let shown = try await page.next(on: system, adding: ["CONNECTION": "hubspot"])
        let address = try #require(shown.split(separator: "\n").first { $0.hasPrefix("http") })
        // Somebody opens it and agrees; the browser follows back to the adapter.
        let landed = try await SandboxClient(baseURL: String(address)).send("GET", "")
        #expect(String(decoding: landed.body, as: UTF8.self).contains("HubSpot is connected"))
        try await isWell(after: "the consent")
        try await system.hubspot.control("POST", "tokens/revoke", ["kind": "access"])
        try await system.hubspot.control("POST", "tokens/revoke", ["kind": "refresh"])
        try await alarm("token")
        let tokens = try await system.hubspot.control("POST", "tokens/issue", [:])
        let file = system.folder.appending(path: "secrets/hubspot-refresh_token").path()
        try await page.next(
            on: system,
            adding: ["TOKEN_FILE": file, "REFRESH_TOKEN": try #require(tokens["refreshToken"]?.stringValue)])
        let mode = try FileManager.default.attributesOfItem(atPath: file)[.posixPermissions] as? Int
        #expect(mode == 0o600)
        try await system.kill(.crmAdapter, by: SIGTERM)
        try await system.restart(.crmAdapter)
        try await isWell(after: "the new token")
        #expect(try await page.next(on: system).contains("token"))
    }

    private func replay(_ page: inout Runbook) async throws {
        try await system.pool.run(
            DeadLetters.insert(
                try await natives().map { type, id in
                    DeadLetters.Letter(
                        id: IDSource.random.next(.now), source: .read, connection: ConnectionID("hubspot"),
                        native: NativeReference(type: type, id: id), failureClass: .transient, code: "gone",
                        failure: "the vendor was away", fix: "replay it", attempts: 9, failedAt: .now, payload: [])
                }))
        let groups = try await page.next(on: system)
        #expect(groups.contains("the vendor was away"))
        let group = try await text("select cause from dead_letter where code = 'gone' limit 1")
        let variables = Self.reason.merging(["GROUP": group]) { $1 }
        #expect(try await page.next(on: system, adding: variables).contains("hubspot"))
        // Nothing may end before the page has paused it.
        system.send(SIGSTOP, to: .reconciler)
        try await page.next(on: system, adding: variables)
        let replay = try await text("select id::text from replay order by made_at desc limit 1")
        let named = variables.merging(["REPLAY": replay]) { $1 }
        #expect(try await page.next(on: system, adding: named).contains("paused"))
        system.send(SIGCONT, to: .reconciler)
        // The last line of the block tells whether all is well, which takes a moment to be judged.
        try await eventually("the letters are closed") {
            try await number("select count(*) from dead_letter where state in ('open', 'replaying')") == 0
        }
        try await isWell(after: "the replay")
        #expect(try await page.next(on: system, adding: named).contains("Nothing is wrong"))
    }

    private func poison(_ page: inout Runbook) async throws {
        let publisher = RabbitPublisher(
            try RabbitConfiguration(url: system.servers.brokerURL), topology: Topology(),
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
        let outcomes = await publisher.publish([
            OutgoingMessage(
                id: UUID().uuidString, exchange: BrokerNames(prefix: system.servers.prefix).events,
                routingKey: "crm.customer.updated", contentType: "text/plain", body: Array("{\"half\":".utf8))
        ])
        await publisher.shutDown()
        #expect(outcomes == [.confirmed])
        try await alarm("dead_letters")
        #expect(try await page.next(on: system).contains("undecodable"))
        let letter = try await text("select id::text from dead_letter where state = 'open'")
        let variables = Self.reason.merging(["LETTER": letter]) { $1 }
        #expect(try await page.next(on: system, adding: variables).contains("half"))
        try await page.next(on: system, adding: variables)
    }

    private func brokerLost(_ page: inout Runbook) async throws {
        await broker.crash()
        try await alarm("canary")
        #expect(try await page.next(on: system).contains("a probe that the adapter of"))
        try await rename("9001", "Firm while the broker was away")
        try broker.wipe()
        try await broker.start()
        let ready = try await page.next(on: system, adding: ["SERVICE_URL": system.url(of: .router)])
        #expect(ready.contains("router"))
        try await eventually("the change was read") { try await shown("Firm while the broker was away") }
        try await isWell(after: "the empty broker")
        #expect(try await page.next(on: system).contains("Nothing is wrong"))
    }

    private func keys(_ page: inout Runbook) async throws {
        try await changedMasterKey(&page)
        try await lostMasterKey(&page)
        try await changedSigningKey(&page)
    }

    private func changedMasterKey(_ page: inout Runbook) async throws {
        let (old, new) = (secret("master-key"), secret("master-key-new"))
        let variables = Self.reason.merging(["OLD_KEY": old, "NEW_KEY": new]) { $1 }
        try await page.next(on: system, adding: variables)
        #expect(try FileManager.default.attributesOfItem(atPath: new)[.posixPermissions] as? Int == 0o600)
        try await stopAdapters()
        try await startAdapters(["PLUMBLINE_MASTER_KEY_PREVIOUS_FILE": new])
        try await stopAdapters()
        try await startAdapters(["PLUMBLINE_MASTER_KEY_FILE": new, "PLUMBLINE_MASTER_KEY_PREVIOUS_FILE": old])
        let resealed = try await page.next(on: system, adding: variables)
        #expect(resealed.contains("nothing is sealed under another key any more"))
        #expect(try await number("select count(distinct key_id) from account") == 1)
        try await stopAdapters()
        try await startAdapters(["PLUMBLINE_MASTER_KEY_FILE": new])
        // What is read now was asked for with tokens that the new key has opened.
        try await rename("9001", "Firm under the new key")
        try await eventually("the change was read") { try await shown("Firm under the new key") }
        try await isWell(after: "the new key")
        #expect(try await page.next(on: system, adding: variables).contains("Nothing is wrong"))
    }

    private func lostMasterKey(_ page: inout Runbook) async throws {
        try await stopAdapters()
        // What the services are started with from here on.
        try key().write(to: URL(filePath: secret("master-key")))
        let lost = try await text("select key_id from account limit 1")
        let variables = Self.reason.merging(["NEW_KEY": secret("master-key"), "LOST": lost]) { $1 }
        let listing = try await page.next(on: system, adding: variables)
        #expect(listing.contains("sealed by \(lost), cannot be opened: that key is not at hand"))
        for (name, vendor) in [
            ("hubspot", system.hubspot), ("jobber", system.jobber), ("quickbooks", system.quickbooks),
        ] {
            let tokens = try await vendor.control("POST", "tokens/issue", [:])
            let token = try #require(tokens["refreshToken"]?.stringValue)
            try Data(token.utf8).write(to: URL(filePath: secret("\(name)-refresh_token")))
        }
        #expect(try await page.next(on: system, adding: variables).contains("removed the tokens of"))
        #expect(try await number("select count(*) from account") == 0)
        try await startAdapters([:])
        try await rename("9001", "Firm connected anew")
        try await eventually("the change was read") { try await shown("Firm connected anew") }
        try await isWell(after: "the lost key")
        #expect(try await page.next(on: system).contains("Nothing is wrong"))
    }

    private func changedSigningKey(_ page: inout Runbook) async throws {
        let printed = try await page.next(
            on: system, adding: ["PLUMBLINE_AUDIT_SIGNING_KEY_FILE": secret("audit-signing-key")])
        let signing = ["PLUMBLINE_AUDIT_SIGNING_KEY_FILE": secret("audit-signing-key-new")]
        try key().write(to: URL(filePath: secret("audit-signing-key-new")))
        try await system.kill(.reconciler, by: SIGTERM)
        try await system.start(.reconciler, adding: signing)
        try await system.isReady()
        try await rename("9001", "Firm with a new seal")
        try await eventually("a seal of the new key") {
            try await number("select count(distinct key_id) from seal") == 2
        }
        let variables = signing.merging([
            "OLD_PUBLIC_KEY": printed.trimmingCharacters(in: .newlines), "ANCHORS": anchors,
        ]) { $1 }
        #expect(try await page.next(on: system, adding: variables).contains("the audit log verifies"))
        // Those who verify later need it.
        let (_, text) = try await system.plumbline(["audit", "key"], adding: signing)
        try Data(text.utf8).write(to: publicKeys)
    }

    private func upgrade(_ page: inout Runbook) async throws {
        #expect(try await page.next(on: system).contains("the newest of this release"))
        // What a database is like in which the release before this one has worked.
        try await system.pool.execute("update message_schema set written = 1")
        let variables = Self.reason.merging([
            "POLICY": system.policy, "SERVICE_URL": system.url(of: .router),
        ]) { $1 }
        #expect(try await page.next(on: system, adding: variables).contains("the database is up to date"))
        try await system.kill(.router, by: SIGTERM)
        try await system.restart(.router)
        try await page.next(on: system, adding: variables)
        try await system.pool.execute(
            """
            insert into replica (id, service, host, pace, loops, connections)
            values ('an-old-router', 'router', 'host-1', 600000000, '{}', '{}')
            """)
        let refused = try await system.plumbline(["upgrade", "finish", "--reason", "too early"])
        #expect(refused.code == 1 && refused.text.contains("an-old-router"))
        #expect(try await system.plumbline(["upgrade", "show", "--check"]).code == 1)
        #expect(try await system.plumbline(["status"]).text.contains("Upgrade, not finished"))
        try await rename("9001", "Firm in version 1")
        try await eventually("a message of version 1") { try await number(Self.events(of: 1)) > 0 }
        try await system.pool.run([Replicas.leave("an-old-router")])
        #expect(try await page.next(on: system, adding: variables).contains("plumbline upgrade finish"))
        #expect(try await page.next(on: system, adding: variables).contains("the newest of this release"))
        try await rename("9001", "Firm in version 2")
        try await eventually("the change was read") { try await shown("Firm in version 2") }
        #expect(try await number("select count(*) from message_schema where written = 2") == 1)
    }

    /// Counts messages that were written within a minute, in a version.
    private static func events(of version: Int) -> SQL {
        let words = Array("\"schemaversion\":\(version),".utf8)
        return """
            select count(*) from message where position(\(words) in body) > 0
                and time_of(id) > now() - interval '1 minute'
            """
    }

    private func stopAdapters() async throws {
        for adapter in Self.adapters { try await system.kill(adapter, by: SIGTERM) }
    }

    private func startAdapters(_ variables: [String: String]) async throws {
        for adapter in Self.adapters { try await system.start(adapter, adding: variables) }
        try await system.isReady()
    }

    private static let adapters = [SystemService.crmAdapter, .fsmAdapter, .ledgerAdapter]

    private var anchors: String { system.folder.appending(path: "audit/anchors.log").path() }
    private var publicKeys: URL { system.folder.appending(path: "audit/public-keys") }

    private func secret(_ name: String) -> String { system.folder.appending(path: "secrets/\(name)").path() }

    private func key() -> Data { Data((0..<32).map { _ in UInt8.random(in: .min ... .max) }) }

    private func databaseRestored(_ page: inout Runbook) async throws {
        let signers = (try? String(contentsOf: publicKeys, encoding: .utf8)) ?? ""
        let variables = Self.reason.merging([
            "PLUMBLINE_AUDIT_PUBLIC_KEYS": signers.trimmingCharacters(in: .newlines),
            "BACKUP": system.folder.appending(path: "backup").path(), "POLICY": system.policy,
            "BACKUP_TIME": Instant.now.description, "ANCHORS": anchors, "OBJECT": "hubspot:company:9001",
            "PLUMBLINE_AUDIT_SIGNING_KEY_FILE": system.folder.appending(path: "secrets/audit-signing-key").path(),
        ]) { $1 }
        try await page.next(on: system, adding: variables)
        try await rename("9001", "Firm after the backup")
        try await eventually("the change was read") { try await shown("Firm after the backup") }
        for service in SystemService.allCases { try await system.kill(service, by: SIGTERM) }
        try await page.next(on: system, adding: variables)
        #expect(try await !shown("Firm after the backup"))
        try await page.next(on: system, adding: variables)
        #expect(try await page.next(on: system, adding: variables).contains("nothing is written to any system"))
        for service in SystemService.allCases { try await system.restart(service) }
        let text = try await page.next(on: system)
        #expect(text.contains("Recovery: the database was restored to") && text.contains("writing goes on"))
        try await eventually("the change was read again") { try await shown("Firm after the backup") }
        #expect(try await page.next(on: system, adding: variables).contains("hubspot"))
        try await page.next(on: system, adding: variables)
        try await isWell(after: "the backup")
        let end = try await page.next(on: system, adding: variables)
        #expect(end.contains("the audit log verifies") && end.contains("Nothing is wrong"))
    }

    // MARK: What is looked at

    private func rename(_ id: String, _ name: String, creating: Bool = false) async throws {
        try await system.hubspot.control(
            "POST", "act",
            [
                "user": "maria",
                "actions": [
                    [
                        "action": .string(creating ? "create" : "update"), "type": "companies", "id": .string(id),
                        "properties": ["name": .string(name)],
                    ]
                ],
            ])
    }

    /// Whether we have read a name of a company.
    private func shown(_ name: String) async throws -> Bool {
        try await number(
            "select count(*) from shadow where connection = 'hubspot' and position(\(Array(name.utf8)) in body) > 0")
            > 0
    }

    private func natives() async throws -> [(String, String)] {
        try await system.pool.query(
            "select distinct native_type, native_id from shadow where connection = 'hubspot'"
        ).map { (try $0[0, as: String.self], try $0[1, as: String.self]) }
    }

    private func alarm(_ kind: String) async throws {
        try await eventually("the alert \(kind)", within: .seconds(65)) {
            try await number(
                "select count(*) from alert where kind = \(kind) and raised_at is not null and resolved_at is null") > 0
        }
    }

    /// Waits until every alert has ended by itself.
    func isWell(after event: String) async throws {
        do {
            try await eventually("all is well after \(event)", within: .seconds(90)) {
                guard try await number("select count(*) from alert where resolved_at is null") == 0 else {
                    return false
                }
                return try await system.plumbline(["status", "--check"]).code == 0
            }
        } catch {
            Issue.record("\(try await system.plumbline(["status"]).text)")
            throw error
        }
    }

    private func number(_ statement: SQL) async throws -> Int {
        try await system.pool.query(statement)[0][0, as: Int.self]
    }

    private func text(_ statement: SQL) async throws -> String {
        try await system.pool.query(statement)[0][0, as: String.self]
    }
}

extension Instant {
    fileprivate static var now: Instant { Instant(seconds: Int64(Date().timeIntervalSince1970)) }
}
