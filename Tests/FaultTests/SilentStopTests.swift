import Foundation
import Glibc
import IntegrationSupport
import Postgres
import SandboxKit
import SandboxSupport
import SystemSupport
import Testing

/// Whatever stops without an error alarms by itself, says what it is, and is over by itself.
@Suite("Silent stops", .integration, .timeLimit(.minutes(8)))
struct SilentStopTests {
    @Test(
        """
        R24.8, R17.3: a mute webhook, a stuck poll, a held lane, a dead token, a system that is down, a router that hangs and \
        an adapter that was killed each alarm within a minute of their objective, with the cause, and the alert ends by itself
        """)
    func stops() async throws {
        try await withSystem(on: try IntegrationSpace.required().servers, .impatient) { system in
            let stage = Stage(system: system)
            try await stage.prepare()
            for stop in stage.stops {
                try await stop.begin()
                let cause = try await stage.alarm(stop)
                #expect(cause.contains(stop.words), "\(stop.name): \(cause)")
                let (code, text) = try await system.plumbline(["status"])
                #expect(
                    code == 0 && text.contains(" wrong (judged ") && text.contains(stop.words), "\(stop.name): \(text)")
                try await stop.end()
                try await stage.isWell(after: stop.name)
            }
        }
    }
}

/// A system, and what can be stopped in it.
private struct Stage {
    /// Something that stops without an error.
    struct Stop {
        var name: String
        /// The kind of alert that it must raise, and how its subject begins.
        var kind: String
        var subject: String
        /// What its cause must say.
        var words: String
        var begin: () async throws -> Void
        var end: () async throws -> Void
    }

    let system: RunningSystem

    /// Two companies, of which webhooks have told; and nothing is wrong.
    func prepare() async throws {
        try await system.hubspot.control(
            "POST", "act",
            [
                "user": "maria",
                "actions": .array(
                    ["9001", "9002"].map {
                        ["type": "companies", "id": .string($0), "properties": ["name": .string("Firm \($0)")]]
                    }),
            ])
        try await eventually("webhooks were heard") {
            try await number(
                "select count(*) from webhook_source where connection = 'hubspot' and heard_at is not null")
                > 0
        }
        try await eventually("the companies were read") {
            try await number("select count(*) from shadow where connection = 'hubspot' and native_id like '900_'") == 2
        }
        // What we write ourselves is read again: such a read could be the one that finds what a mute webhook kept back.
        try await system.hubspot.settleWebhooks()
        try await eventually("nothing is on its way") {
            try await OpenWork.pieces(.everything, in: system).isEmpty
        }
        try await isWell(after: "the start")
    }

    var stops: [Stop] {
        [
            Stop(
                name: "webhook source mute", kind: "webhook_silence", subject: "hubspot ",
                words: "were found by looking",
                begin: {
                    try await system.hubspot.control("POST", "webhooks/hold")
                    try await rename("mute")
                }, end: { try await system.hubspot.control("POST", "webhooks/release", [:]) }),
            Stop(
                name: "poller stuck", kind: "stalled_loop", subject: "poll/hubspot/", words: "the loop poll/hubspot/",
                begin: {
                    try await system.pool.execute(
                        """
                        update lease set
                            holder = 'nobody', until = clock_timestamp() + interval '1 hour', epoch = nextval('epoch')
                        where name = (select name from loop_progress where name like 'poll/hubspot/%' order by 1 limit 1)
                        """)
                },
                end: { try await system.pool.execute("delete from lease where holder = 'nobody'") }),
            Stop(
                name: "lane held", kind: "freshness", subject: "hubspot > ", words: "customer for",
                begin: {
                    try await system.pool.execute(
                        """
                        insert into lane (connection, key, holder, until)
                        select distinct connection, native_type || '/' || native_id, 'nobody',
                            clock_timestamp() + interval '1 hour'
                        from shadow where connection = 'hubspot' and native_id = '9001'
                        on conflict (connection, key) do update set
                            holder = excluded.holder, until = excluded.until, epoch = excluded.epoch
                        """)
                    try await rename("held")
                },
                end: { try await system.pool.execute("delete from lane where holder = 'nobody'") }),
            Stop(
                name: "token dead", kind: "token", subject: "hubspot", words: "refuses our credentials",
                begin: { try await system.hubspot.fault(["kind": "expired-token"], path: "**", count: -1) },
                end: { try await system.hubspot.control("DELETE", "faults") }),
            Stop(
                name: "system down", kind: "circuit", subject: "jobber reading", words: "does not answer",
                begin: {
                    try await system.jobber.fault(["kind": "server-error", "status": 503], path: "**", count: -1)
                },
                end: { try await system.jobber.control("DELETE", "faults") }),
            Stop(
                name: "router hangs", kind: "canary", subject: "hubspot > jobber", words: "has not arrived",
                begin: { system.send(SIGSTOP, to: .router) }, end: { system.send(SIGCONT, to: .router) }),
            Stop(
                name: "adapter killed", kind: "replica", subject: "fsm-adapter ", words: "has died or hangs",
                begin: { try await system.kill(.fsmAdapter) }, end: { try await system.restart(.fsmAdapter) }),
        ]
    }

    private func rename(_ word: String) async throws {
        try await system.hubspot.control(
            "POST", "act",
            [
                "user": "maria",
                "actions": .array(
                    ["9001", "9002"].map {
                        [
                            "action": "update", "type": "companies", "id": .string($0),
                            "properties": ["name": .string("Firm \($0) \(word)")],
                        ]
                    }),
            ])
    }

    /// Waits for the alert of a stop; gives its cause.
    func alarm(_ stop: Stop) async throws -> String {
        do {
            return try await eventually("\(stop.name) is an alert", within: .seconds(65)) {
                try await system.pool.query(
                    """
                    select cause from alert where kind = \(stop.kind) and starts_with(subject, \(stop.subject))
                        and raised_at is not null and resolved_at is null
                    """
                ).first.map { try $0[0, as: String.self] }
            }
        } catch {
            let sources = try await system.pool.query(
                "select coalesce(string_agg(s::text, E'\\n'), '') from webhook_source s")[0][0, as: String.self]
            Issue.record("\(try await system.plumbline(["status"]).text)\n\(sources)")
            throw error
        }
    }

    /// Waits until every alert has ended by itself; the command line says so, too.
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
}
