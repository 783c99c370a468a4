import CanonicalModel
import SyncCore
import Testing

@testable import Reconciler
@testable import SyncStore

@Suite("What is judged wrong")
struct AlertRulesTests {
    static let now = Instant(seconds: 1_800_000_000)
    static let crm = ConnectionID("crm-main")
    static let fsm = ConnectionID("fsm-main")

    static func ago(_ seconds: Int64) -> Instant { now.advanced(bySeconds: -seconds) }

    /// An estate at which nothing is wrong: two connections, each served, with every loop on time.
    static var quiet: AlertMeasures {
        var measures = AlertMeasures(now: now)
        measures.connections = [(crm, Role.crm), (fsm, Role.fsm)].map { connection, role in
            Connections.Declared(
                capabilities: ConnectionCapabilities(connection: connection, role: role, entities: []),
                vendor: "vendor", account: "\(connection)-account", baseURL: "https://x")
        }
        measures.flows = [figure(.customer, age: nil)]
        measures.work = [crm: WorkFigure(), fsm: WorkFigure()]
        measures.replicas = [
            Replica(
                id: "a", service: "crm-adapter", startedAt: ago(1000), seenAt: ago(2), loops: ["poll/crm-main/x"],
                connections: [crm]),
            Replica(id: "b", service: "fsm-adapter", startedAt: ago(1000), seenAt: ago(2), connections: [fsm]),
            Replica(id: "c", service: "router", startedAt: ago(1000), seenAt: ago(4)),
        ]
        measures.loops = [
            LoopProgress(name: "poll/crm-main/x", connection: crm, pace: .seconds(60), doneAt: ago(50)),
            LoopProgress(name: "gone", connection: nil, pace: .seconds(1), doneAt: ago(100_000)),
        ]
        measures.sources = [
            WebhookSource(connection: crm, nativeType: "company", heardAt: ago(40_000), missed: 0, missedSince: nil),
            WebhookSource(connection: crm, nativeType: "quote", heardAt: nil, missed: 90, missedSince: ago(40_000)),
        ]
        measures.canaries = [
            Canary(
                source: crm, target: fsm, madeAt: ago(1000), sentAt: ago(10), arrivedAt: ago(10), took: .seconds(1))
        ]
        measures.judgedAt = ago(10)
        return measures
    }

    static func figure(_ entity: EntityKind, age: Int64?, objective: Duration = .seconds(60)) -> FlowFigure {
        FlowFigure(
            flow: Flow(entity: entity, from: crm, to: fsm), oldestChangeAt: age.map(ago), changes: age == nil ? 0 : 1,
            movingSince: age.map(ago), moving: age == nil ? 0 : 1, objective: objective, measuredAt: now)
    }

    private func judge(_ change: (inout AlertMeasures) -> Void) -> AlertRules.Findings {
        var measures = Self.quiet
        change(&measures)
        return AlertRules(measures: measures, settings: AlertSettings()).judge()
    }

    private func only(_ findings: AlertRules.Findings, _ comment: Comment? = nil) throws -> AlertCondition {
        #expect(findings.conditions.count == 1, comment)
        return try #require(findings.conditions.first, comment)
    }

    @Test("A restored database is an alert while it holds all writing, graver when that lasts, and until it is closed")
    func recovery() throws {
        func recovery(_ phase: RecoveryPhase, age: Int64) -> Recovery {
            Recovery(
                id: IDSource.random.next(Self.now), restoredTo: Self.ago(age + 600), begunAt: Self.ago(age),
                begunBy: "ada", reason: "a disk was lost", phase: phase, awaitedUntil: Self.now,
                releasedAt: phase == .released ? Self.now : nil)
        }
        let held = try only(judge { $0.recovery = recovery(.reading, age: 10) })
        #expect(held.key == .init(.recovery, "recovery") && held.severity == .warning)
        #expect(held.cause.contains("nothing is written to any system"))
        #expect(try only(judge { $0.recovery = recovery(.reading, age: 100_000) }).severity == .critical)
        let released = try only(judge { $0.recovery = recovery(.released, age: 100_000) })
        #expect(released.severity == .warning && released.advice.contains("plumbline recover finish"))
    }

    @Test("A database that has lost anchored entries and goes on as if it had not is an alert, until it recovers")
    func restored() throws {
        let key = try SealingKey([UInt8](repeating: 7, count: 32))
        let anchor = try Seal(position: 9, entries: 1, head: [], sealedAt: Self.ago(600), key: key)
        let alert = try only(judge { $0.lostAnchor = anchor })
        #expect(alert.severity == .critical && alert.advice.contains("plumbline recover begin"))
        let before = judge { measures in
            measures.lostAnchor = anchor
            measures.recoveredAt = Self.ago(700)
        }
        #expect(before.conditions.count == 1, "that was another backup")
        let after = judge { measures in
            measures.lostAnchor = anchor
            measures.recoveredAt = Self.ago(500)
        }
        #expect(after.conditions.isEmpty)
    }

    @Test("An estate at night, on which nothing happens for hours, is no reason for an alert")
    func quiet() {
        #expect(judge { _ in }.conditions.isEmpty)
        #expect(judge { $0.now = Self.now.advanced(bySeconds: 3) }.unjudged.isEmpty)
    }

    @Test(
        "R15.11, R24.8: changes later than their flow's objective are one alert for each pair of connections, and name each entity"
    )
    func freshness() throws {
        #expect(judge { $0.flows = [Self.figure(.customer, age: 60)] }.conditions.isEmpty)
        let late = judge { $0.flows = [Self.figure(.customer, age: 61), Self.figure(.job, age: 400)] }
        let condition = try only(late)
        #expect(condition.key == .init(.freshness, "crm-main > fsm-main"))
        #expect(condition.severity == .critical)
        #expect(condition.since == Self.ago(340))
        #expect(condition.cause.contains("job for 6 min 40 s (objective 1 min), customer for 1 min 1 s"))
        #expect(condition.hold > .zero)
    }

    @Test("A figure ages no further than to its measurement: what was on its way then has moved on since")
    func oldFigures() {
        let findings = judge {
            $0.flows = [Self.figure(.customer, age: 70)]
            $0.flows[0].measuredAt = Self.ago(30)
            $0.queues = [
                QueueFigure(
                    queue: "router.events", unsettled: 1, parked: 0, oldestAt: Self.ago(140), measuredAt: Self.ago(30))
            ]
        }
        #expect(findings.conditions.isEmpty && findings.unjudged.isEmpty)
    }

    @Test("What waits for a parent, a person or its turn in a replay is not late, however old it is")
    func waiting() {
        var figure = Self.figure(.customer, age: 5_000_000)
        figure.movingSince = nil
        #expect(judge { $0.flows = [figure] }.conditions.isEmpty)
    }

    @Test("Lateness whose reason is known stands with it, and is critical only after an hour")
    func explained() throws {
        let findings = judge {
            $0.flows = [Self.figure(.customer, age: 400)]
            $0.connections[1].health.writing.openedAt = Self.ago(380)
            $0.connections[1].health.writing.failure = "503 Service Unavailable"
            $0.connections[1].health.writing.failureClass = .transient
        }
        #expect(findings.conditions.map(\.key.kind) == [.circuit, .freshness])
        #expect(Set(findings.conditions.map(\.group)) == ["connection fsm-main"])
        #expect(findings.conditions.allSatisfy { $0.severity == .warning })
        #expect(findings.conditions[1].cause.contains("503 Service Unavailable"))
        let grave = judge {
            $0.flows = [Self.figure(.customer, age: 4000)]
            $0.connections[1].health.isPaused = true
        }
        #expect(try only(grave).severity == .critical)
        #expect(try only(grave).cause.contains("fsm-main is paused"))
    }

    @Test("Where freshness is not measured, that is the alert, and nothing is said of flows")
    func unmeasured() throws {
        let findings = judge {
            $0.flows = [Self.figure(.customer, age: 400)]
            $0.flows[0].measuredAt = Self.ago(61)
        }
        #expect(try only(findings).key.kind == .measuring)
        #expect(findings.unjudged == [.freshness])
    }

    @Test(
        "A source of webhooks is silent when polls have found what it should have told, not when there was nothing to tell"
    )
    func silence() throws {
        func found(_ missed: Int, since: Int64, heard: Int64? = 40_000) -> AlertRules.Findings {
            judge {
                $0.sources = [
                    WebhookSource(
                        connection: Self.crm, nativeType: "company", heardAt: heard.map(Self.ago), missed: missed,
                        missedSince: Self.ago(since))
                ]
            }
        }
        #expect(found(1, since: 10_000).conditions.isEmpty)
        #expect(found(2, since: 299).conditions.isEmpty)
        // A kind of object of which no webhook ever tells.
        #expect(found(50, since: 10_000, heard: nil).conditions.isEmpty)
        let condition = try only(found(2, since: 301))
        #expect(condition.key == .init(.webhookSilence, "crm-main company"))
        #expect(condition.since == Self.ago(301))
    }

    @Test("A loop is stalled when nobody who lives has brought it to its end; why it failed is told")
    func stalled() throws {
        #expect(judge { $0.loops[0].doneAt = Self.ago(119) }.conditions.isEmpty)
        let hangs = judge { $0.loops[0].doneAt = Self.ago(121) }
        #expect(try only(hangs).key == .init(.stalledLoop, "poll/crm-main/x"))
        let fails = judge {
            $0.loops[0].doneAt = Self.ago(400)
            $0.loops[0].failure = "422 unknown property"
        }
        #expect(try only(fails).cause.contains("422 unknown property"))
        // Who has just started has had no time to.
        #expect(
            judge {
                $0.loops[0].doneAt = Self.ago(4000)
                $0.replicas[0].startedAt = Self.ago(100)
            }.conditions.isEmpty)
        #expect(
            judge {
                $0.loops[0].doneAt = Self.ago(400)
                $0.connections[0].health.isPaused = true
            }.conditions.isEmpty)
    }

    @Test("Work that is due and that nobody does is a backlog, unless what stands in the way is known")
    func backlog() throws {
        func due(_ change: (inout AlertMeasures) -> Void = { _ in }) -> [AlertCondition] {
            judge {
                $0.work[Self.fsm]?.due = 3
                $0.work[Self.fsm]?.oldestDueAt = Self.ago(121)
                change(&$0)
            }.conditions.filter { $0.key.kind == .backlog }
        }
        #expect(due().map(\.key.subject) == ["fsm-main writing"])
        #expect(due { $0.connections[1].health.isPaused = true }.isEmpty)
        #expect(due { $0.connections[1].health.writing.openedAt = Self.ago(1) }.isEmpty)
        #expect(
            due {
                $0.shortages = [.init(account: "y", connections: [Self.fsm], waiting: 3, blockedUntil: nil)]
            }.isEmpty)
        #expect(due { $0.connections[1].health.reading.openedAt = Self.ago(1) }.count == 1)
        let unread = judge {
            $0.work[Self.crm]?.unread = 1
            $0.work[Self.crm]?.oldestUnreadAt = Self.ago(121)
            $0.queues = [
                QueueFigure(queue: "router.events", unsettled: 0, parked: 9, oldestAt: nil, measuredAt: Self.now),
                QueueFigure(
                    queue: "commands.crm-main", unsettled: 1, parked: 0, oldestAt: Self.ago(121), measuredAt: Self.now),
            ]
        }
        #expect(unread.conditions.map(\.key.subject) == ["crm-main reading", "queue commands.crm-main"])
    }

    @Test("R17.4: dead letters are one alert for each cause, critical where they are about money or overdue (R25.12)")
    func letters() throws {
        func group(_ entity: EntityKind, age: Int64) -> DeadLetters.Group {
            DeadLetters.Group(
                key: "0a1b2c3d4e5f", failureClass: .validation, connection: Self.fsm, entity: entity, code: "x",
                pattern: "the name is missing", fix: "add a name", count: 4, records: 4, attempts: 4,
                firstAt: Self.ago(age), lastAt: Self.now, example: CanonicalID(high: 1, low: 1))
        }
        let condition = try only(judge { $0.letters = [group(.customer, age: 10)] })
        #expect(condition.key == .init(.deadLetters, "0a1b2c3d4e5f"))
        #expect(condition.severity == .warning)
        #expect(condition.cause == "4 dead letters of customer at fsm-main: the name is missing")
        #expect(condition.advice.contains("plumbline dead-letters preview --group 0a1b2c3d4e5f"))
        #expect(try only(judge { $0.letters = [group(.invoice, age: 10)] }).severity == .critical)
        #expect(try only(judge { $0.letters = [group(.customer, age: 14_401)] }).severity == .critical)
    }

    @Test("A system that does not answer is an alert after a minute; one that refuses our credentials at once")
    func circuits() throws {
        func open(_ failureClass: FailureClass, _ age: Int64) -> AlertRules.Findings {
            judge {
                $0.connections[0].health.reading.openedAt = Self.ago(age)
                $0.connections[0].health.reading.failureClass = failureClass
                $0.connections[0].health.reading.failure = "401 Unauthorized"
            }
        }
        #expect(open(.transient, 60).conditions.isEmpty)
        #expect(try only(open(.transient, 61)).key == .init(.circuit, "crm-main reading"))
        #expect(try only(open(.transient, 3601)).severity == .critical)
        #expect(try only(open(.transient, 61)).cause.contains("(crm-main) does not answer, so reading rests"))
        #expect(try only(open(.validation, 61)).cause.contains("(crm-main) does not fit what is configured, so"))
        let token = try only(open(.authentication, 1))
        #expect(token.key == .init(.token, "crm-main-account"))
        #expect(token.severity == .critical && token.cause.contains("401 Unauthorized"))
    }

    @Test("An account that nobody has connected yet is one warning with the command for it; its loops may stand still")
    func unauthorised() throws {
        let findings = judge {
            $0.connections[0].health.awaitsConsentSince = Self.ago(5000)
            $0.loops[0].doneAt = Self.ago(5000)
        }
        let condition = try only(findings)
        #expect(condition.key == .init(.token, "crm-main-account"))
        #expect(condition.severity == .warning && condition.since == Self.ago(5000))
        #expect(condition.cause.contains("(crm-main) is not authorised yet"))
        #expect(condition.advice == "plumbline connections authorize crm-main")
        let late = judge {
            $0.flows = [Self.figure(.customer, age: 400)]
            $0.connections[1].health.awaitsConsentSince = Self.ago(5000)
        }
        #expect(late.conditions.allSatisfy { $0.severity == .warning && $0.group == "connection fsm-main" })
        #expect(late.conditions.contains { $0.cause.contains("fsm-main is not authorised yet") })
        let paused = judge {
            $0.connections[0].health.awaitsConsentSince = Self.ago(5000)
            $0.connections[0].health.isPaused = true
        }
        #expect(paused.conditions.isEmpty)
    }

    @Test("A token that has run out and is not renewed is an alert; one that nobody needs any more is none")
    func tokens() throws {
        let ended = judge { $0.tokens = ["crm-main-account": Self.ago(601)] }
        #expect(try only(ended).key.kind == .token)
        #expect(judge { $0.tokens = ["crm-main-account": Self.ago(599), "other": Self.ago(9999)] }.conditions.isEmpty)
        #expect(
            judge {
                $0.tokens = ["crm-main-account": Self.ago(9999)]
                $0.connections[0].health.reading.succeededAt = Self.ago(20)
            }.conditions.isEmpty)
    }

    @Test("An account whose calls are used up is an alert only when that lasts")
    func budget() throws {
        let condition = try only(
            judge {
                $0.shortages = [
                    .init(account: "y", connections: [Self.crm], waiting: 7, blockedUntil: Self.now)
                ]
            })
        #expect(condition.key == .init(.budget, "y") && condition.hold == .seconds(60))
        #expect(condition.cause.contains("7 records wait"))
    }

    @Test("A process that died is an alert until another one has its place; one that was told to stop is none")
    func replicas() throws {
        let died = judge { $0.replicas[2].seenAt = Self.ago(16) }
        #expect(try only(died).severity == .critical)
        #expect(try only(died).cause.contains("no other of its kind runs"))
        #expect(judge { $0.replicas[2].seenAt = Self.ago(15) }.conditions.isEmpty)
        #expect(judge { $0.replicas.remove(at: 2) }.conditions.isEmpty)
        let replaced = judge {
            $0.replicas[2].seenAt = Self.ago(100)
            $0.replicas.append(Replica(id: "d", service: "router", startedAt: Self.ago(90), seenAt: Self.now))
        }
        #expect(replaced.conditions.isEmpty)
        // An older one of its kind does not stand in for it.
        let halved = judge {
            $0.replicas[2].seenAt = Self.ago(100)
            $0.replicas.append(Replica(id: "d", service: "router", startedAt: Self.ago(110), seenAt: Self.now))
        }
        #expect(try only(halved).severity == .warning)
    }

    @Test("Two deaths need two successors, and three within ten minutes are an alert though each was replaced")
    func crashes() throws {
        let dead = (0..<2).map {
            Replica(id: "r\($0)", service: "router", startedAt: Self.ago(500), seenAt: Self.ago(100))
        }
        let next = Replica(id: "s", service: "router", startedAt: Self.ago(50), seenAt: Self.now)
        #expect(AlertRules.unreplaced(dead + [next], at: Self.now).map(\.id) == ["r1"])
        #expect(AlertRules.replaced(dead + [next], at: Self.now).map(\.id) == ["r0"])
        let again = judge {
            $0.replicas += (0..<3).map {
                Replica(
                    id: "r\($0)", service: "router", startedAt: Self.ago(500), seenAt: Self.ago(400),
                    replacedAt: Self.ago(300))
            }
        }
        #expect(try only(again).key.subject == "router crashes")
    }

    @Test("A connection that no adapter serves is an alert, unless a person has paused it")
    func unserved() throws {
        let unserved = judge { $0.replicas.remove(at: 1) }
        #expect(try only(unserved).key == .init(.replica, "fsm-main"))
        #expect(
            judge {
                $0.replicas.remove(at: 1)
                $0.connections[1].health.isPaused = true
            }.conditions.isEmpty)
    }

    @Test("After a standstill nothing is said of processes, loops and probes before they had time to show themselves")
    func standstill() {
        let findings = judge {
            $0.judgedAt = Self.ago(61)
            for index in $0.replicas.indices { $0.replicas[index].seenAt = Self.ago(100) }
            $0.loops[0].doneAt = Self.ago(400)
            $0.canaries[0].waitingSince = Self.ago(200)
        }
        #expect(findings.conditions.isEmpty)
        #expect(findings.unjudged == [.replica, .stalledLoop, .canary])
    }

    @Test("A seal that does not advance is an alert, and so is an anchor")
    func seal() throws {
        let unsealed = judge {
            $0.seal.unsealed = 5
            $0.seal.oldestUnsealedAt = Self.ago(121)
        }
        #expect(try only(unsealed).key == .init(.seal, "seal"))
        func anchored(_ age: Int64, position: Int64) -> AlertRules.Findings {
            judge {
                $0.seal.position = 10
                $0.seal.sealedAt = Self.ago(3)
                $0.seal.anchoredPosition = position
                $0.seal.anchoredAt = Self.ago(age)
            }
        }
        #expect(try only(anchored(3601, position: 9)).key == .init(.seal, "anchor"))
        #expect(anchored(3599, position: 9).conditions.isEmpty)
        // Nothing was written since: there is nothing to anchor.
        #expect(anchored(500_000, position: 10).conditions.isEmpty)
    }

    @Test("A probe that does not arrive, and an adapter that sends none, are alerts of their way")
    func canary() throws {
        let lost = judge { $0.canaries[0].waitingSince = Self.ago(61) }
        #expect(try only(lost).key == .init(.canary, "crm-main > fsm-main"))
        #expect(judge { $0.canaries[0].waitingSince = Self.ago(60) }.conditions.isEmpty)
        let none = judge {
            $0.canaries[0].sentAt = Self.ago(122)
            $0.canaries[0].arrivedAt = Self.ago(121)
        }
        #expect(try only(none).cause.contains("has sent no probe"))
        // It came late, and the next is about to be sent.
        #expect(judge { $0.canaries[0].sentAt = Self.ago(900) }.conditions.isEmpty)
        #expect(
            judge {
                $0.canaries[0].sentAt = nil
                $0.canaries[0].madeAt = Self.ago(100)
            }.conditions.isEmpty)
    }

    @Test("Alerts that reach nobody are an alert themselves")
    func telling() throws {
        let condition = try only(
            judge {
                $0.untellableSince = Self.ago(61)
                $0.untellable = "connection refused"
            })
        #expect(condition.key.kind == .telling && condition.cause.contains("connection refused"))
    }

    @Test(
        "Objectives of single flows are read from the configuration, the first that fits holds; what is none is refused"
    )
    func objectives() throws {
        let list = try #require(FlowObjective.list("customer:crm-main>fsm-main=5, *:crm-main>*=7.5,*:*>*=90"))
        var settings = AlertSettings()
        settings.exceptions = list
        let flows = [
            (EntityKind.customer, Self.crm, Self.fsm, Duration.seconds(5)),
            (.job, Self.crm, Self.fsm, .milliseconds(7500)),
            (.job, Self.fsm, Self.crm, .seconds(90)),
        ]
        for (entity, source, target, within) in flows {
            let flow = Flow(entity: entity, from: source, to: target)
            #expect(list.first { $0.fits(flow) }?.within == within)
        }
        for text in [
            "customer", "customer:a>b", "nobody:a>b=1", "*:a=1", "*:a>b=0", "*:a>b=x", "*:A b>c=1", "*:a>b=1=",
        ] {
            #expect(FlowObjective.list(text) == nil, "\(text)")
        }
    }
}
