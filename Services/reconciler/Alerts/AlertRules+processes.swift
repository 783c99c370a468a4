import CanonicalModel
import SyncCore
import SyncStore

/// Rules about our own processes, loops and records.
extension AlertRules {
    /// Loops that do not come to their end, though a process that lives runs them or stands by.
    var stalledLoops: [AlertCondition] {
        let alive = measures.alive
        let named = measures.named
        return measures.loops.compactMap { loop in
            let runners = alive.filter { $0.loops.contains(loop.name) }
            guard let began = runners.map(\.startedAt).min() else { return nil }
            if let connection = loop.connection, let health = named[connection]?.health,
                health.isPaused || health.awaitsConsentSince != nil
            {
                return nil
            }
            let since = max(loop.doneAt, began)
            guard measures.age(since) > loop.pace + settings.stall else { return nil }
            let failure = loop.failure.map { ": \($0)" } ?? ""
            // A pool of workers bears the name of its process.
            let name = loop.name.split(separator: "@", maxSplits: 1).first.map(String.init) ?? loop.name
            return condition(
                .stalledLoop, loop.name, group: loop.connection.map(Self.group) ?? Self.ourSide,
                connection: loop.connection, severity: .critical, since: since,
                cause:
                    "the loop \(name) has not come to its end for \(Self.span(measures.age(since))), and should within "
                    + "\(Self.span(loop.pace))\(failure)",
                advice: failure.isEmpty
                    ? "see the log of \(runners[0].service); it hangs: start it anew"
                    : "mend what is named; it goes on by itself then")
        }
    }

    /// Processes that have died or hang, and connections that nobody serves.
    var replicas: [AlertCondition] {
        let alive = measures.alive
        let dead = Self.unreplaced(measures.replicas, at: measures.now)
        var conditions = dead.map { replica in
            let others = alive.filter { $0.service == replica.service }.count
            return condition(
                .replica, "\(replica.service) \(replica.id)", group: Self.ourSide,
                severity: others == 0 ? .critical : .warning, since: replica.seenAt,
                cause: "the process \(replica.id) of \(replica.service) has died or hangs; "
                    + (others == 0 ? "no other of its kind runs" : "\(others) others of its kind run"),
                advice: "start it anew; its work is taken over by another one as soon as there is one")
        }
        conditions += measures.connections.compactMap { declared in
            let connection = declared.capabilities.connection
            guard !declared.health.isPaused, !alive.contains(where: { $0.connections.contains(connection) }),
                let last = measures.replicas.filter({ $0.connections.contains(connection) }).map(\.seenAt).max()
                    ?? measures.alive.map(\.startedAt).min()
            else { return nil }
            return condition(
                .replica, "\(connection)", connection: connection, severity: .critical, since: last,
                cause: "no adapter serves \(connection)",
                advice:
                    "start the \(declared.capabilities.role.rawValue)-adapter with its connection file, or: "
                    + "plumbline connections pause \(connection) --reason TEXT",
                hold: settings.hold)
        }
        let crashes = Dictionary(
            grouping: measures.replicas.filter { replica in
                replica.replacedAt.map { measures.age($0) < Self.crashWindow } ?? false
            }, by: \.service)
        conditions += crashes.filter { $0.value.count >= Self.crashes }.sorted { $0.key < $1.key }.map {
            service, gone in
            condition(
                .replica, "\(service) crashes", group: Self.ourSide, severity: .critical,
                since: gone.map(\.seenAt).min() ?? measures.now,
                cause:
                    "\(gone.count) processes of \(service) have died within \(Self.span(Self.crashWindow)), and were "
                    + "replaced each time",
                advice: "see the last lines that \(service) has logged before it ended")
        }
        return conditions
    }

    /// So many processes of a service that died within this time are no accident.
    static let crashes = 3
    static let crashWindow = Duration.seconds(600)

    /// The dead whose place nobody has taken: a process that began after another one's death takes one place.
    static func unreplaced(_ replicas: [Replica], at now: Instant) -> [Replica] {
        Dictionary(grouping: replicas.filter { $0.replacedAt == nil }, by: \.service).values.flatMap { replicas in
            var free = replicas.filter { $0.isAlive(at: now) }.sorted { $0.startedAt < $1.startedAt }
            return replicas.filter { !$0.isAlive(at: now) }.sorted { $0.seenAt < $1.seenAt }.filter { dead in
                guard let index = free.firstIndex(where: { $0.startedAt >= dead.seenAt }) else { return true }
                free.remove(at: index)
                return false
            }
        }.sorted { $0.id < $1.id }
    }

    /// The dead whose place somebody has taken, and of whom nobody has noted it yet.
    static func replaced(_ replicas: [Replica], at now: Instant) -> [Replica] {
        let open = Set(unreplaced(replicas, at: now).map(\.id))
        return replicas.filter { $0.replacedAt == nil && !$0.isAlive(at: now) && !open.contains($0.id) }
    }

    /// An audit log whose seal or anchor does not advance.
    var seal: [AlertCondition] {
        var conditions: [AlertCondition] = []
        if let since = measures.seal.oldestUnsealedAt, measures.age(since) > settings.seal {
            conditions.append(
                condition(
                    .seal, "seal", group: "audit log", severity: .critical, since: since,
                    cause: "\(measures.seal.unsealed) entries of the audit log are not sealed, the first of them since "
                        + Self.span(measures.age(since)),
                    advice: "see the log of the reconciler for its loop audit.seal"))
        }
        if measures.seal.position > measures.seal.anchoredPosition, let sealedAt = measures.seal.sealedAt,
            let since = measures.seal.anchoredAt ?? measures.seal.sealedAt, measures.age(since) > settings.anchor,
            measures.age(since) > measures.age(sealedAt)
        {
            conditions.append(
                condition(
                    .seal, "anchor", group: "audit log", severity: .warning, since: since,
                    cause:
                        "the head of the audit log was anchored \(Self.span(measures.age(since))) ago, and has moved "
                        + "since",
                    advice:
                        "see that the reconciler can write to PLUMBLINE_AUDIT_ANCHOR_FILE, and its loop audit.anchor"))
        }
        return conditions
    }

    /// Ways on which probes do not arrive, or on which none is sent.
    var canaries: [AlertCondition] {
        measures.canaries.compactMap { canary in
            let way = "\(canary.source) > \(canary.target)"
            if let since = canary.waitingSince {
                guard measures.age(since) > settings.canary else { return nil }
                return condition(
                    .canary, way, group: Self.ourSide, severity: .critical, since: since,
                    cause:
                        "a probe that the adapter of \(canary.source) sent \(Self.span(measures.age(since))) ago has "
                        + "not arrived at the adapter of \(canary.target): changes do not either",
                    advice: "see which process or queue is named beside this: the relay of the source's adapter, the "
                        + "broker, the router or the target's adapter stands still")
            }
            // While one was under way no other was sent.
            let since = [canary.madeAt, canary.sentAt, canary.arrivedAt].compactMap(\.self).max() ?? canary.madeAt
            let pace = measures.loops.first { $0.name == "canary/\(canary.source)" }?.pace ?? Self.probePace
            guard measures.age(since) > settings.canary + pace else { return nil }
            return condition(
                .canary, way, group: Self.ourSide, severity: .critical, since: since,
                cause: "the adapter of \(canary.source) has sent no probe for \(Self.span(measures.age(since)))",
                advice: "see that the adapter of \(canary.source) runs and reaches the database")
        }
    }

    /// How often probes are to be sent, where no adapter has said how often it does.
    static let probePace = Duration.seconds(60)

    /// Alerts that reach nobody.
    var telling: [AlertCondition] {
        guard let since = measures.untellableSince, measures.age(since) > settings.outage else { return [] }
        return [
            condition(
                .telling, "webhook", since: since,
                cause: "alerts do not reach the receiver of PLUMBLINE_ALERTS_WEBHOOK_URL: "
                    + (measures.untellable ?? "no answer"),
                advice: "see that the receiver answers with 2xx; until then look here")
        ]
    }
}
