public import CanonicalModel
internal import SyncStore

/// How Plumbline is, on one screen.
public struct StatusReport: Sendable {
    /// What is wrong.
    public let alerts: AlertReport
    let recovery: RecoveryReport?
    let upgrade: UpgradeReport
    let figures: Figures
    let connections: [ConnectionOperations.Listed]
    let schema: SchemaOperations.Version

    /// For people.
    public var text: String {
        var parts = ["\(Wording.second(figures.now))   \(schema.text)", alerts.text]
        if let recovery { parts.append("Recovery: \(recovery.line)") }
        if upgrade.isOpen { parts.append("Upgrade, not finished: \(upgrade.line)") }
        parts += [connectionsText, flowsText]
        if !figures.queues.isEmpty { parts.append(queuesText) }
        if !figures.work.isEmpty { parts.append(workText) }
        parts += [
            items("Dead letters", "CLASS", figures.deadLetters), items("Proposals", "KIND", figures.proposals),
            items("Waits for parents", "CONNECTION", figures.parks),
            items("Snapshots under way", "CONNECTION", figures.snapshots), sealText,
        ]
        return parts.joined(separator: "\n\n")
    }

    private var connectionsText: String {
        guard !connections.isEmpty else { return "Connections: none has been declared" }
        var table = TextTable(
            ("CONNECTION", .leading), ("ROLE", .leading), ("PRODUCT", .leading), ("STATE", .leading))
        for connection in connections {
            table.add(connection.id.name, connection.role.rawValue, connection.vendor, connection.state)
        }
        return "Connections\n" + table.text(indent: "  ")
    }

    private var flowsText: String {
        guard let measuredAt = figures.flows.map(\.measuredAt).min() else {
            return "Freshness: no flow is known; is a policy active, and the reconciler running?"
        }
        let age = figures.now.seconds(since: measuredAt)
        let stale = age > Self.patience ? "; is the reconciler running?" : ""
        let title = "Oldest unsynced change per flow (measured \(Wording.span(seconds: age)) ago\(stale))"
        let open = figures.flows.filter { $0.changes > 0 }
        guard !open.isEmpty else { return "\(title)\n  all \(figures.flows.count) flows are in step" }
        var table = TextTable(
            ("ENTITY", .leading), ("FROM", .leading), ("TO", .leading), ("CHANGES", .trailing), ("OLDEST", .trailing))
        for figure in open.sorted(by: Self.isOlder) {
            table.add(
                figure.flow.entity.rawValue, figure.flow.source.name, figure.flow.target.name, "\(figure.changes)",
                Wording.age(figure.oldestChangeAt, at: figures.now))
        }
        let rest = figures.flows.count - open.count
        return "\(title)\n\(table.text(indent: "  "))\n  the other \(rest) flows are in step"
    }

    private static func isOlder(_ left: FlowFigure, _ right: FlowFigure) -> Bool {
        (left.oldestChangeAt?.microseconds ?? .max, left.flow) < (
            right.oldestChangeAt?.microseconds ?? .max, right.flow
        )
    }

    private var queuesText: String {
        var table = TextTable(
            ("QUEUE", .leading), ("UNSETTLED", .trailing), ("PARKED", .trailing), ("OLDEST", .trailing))
        for figure in figures.queues {
            table.add(
                figure.queue, "\(figure.unsettled)", "\(figure.parked)", Wording.age(figure.oldestAt, at: figures.now))
        }
        return "Messages in flight\n" + table.text(indent: "  ")
    }

    private var workText: String {
        var table = TextTable(
            ("CONNECTION", .leading), ("DUE", .trailing), ("OLDEST", .trailing), ("DELAYED", .trailing),
            ("WAITING", .trailing), ("HELD", .trailing), ("GIVEN UP", .trailing), ("TO READ", .trailing),
            ("OLDEST", .trailing))
        for (connection, work) in figures.work.sorted(by: { $0.key < $1.key }) {
            table.add(
                connection.name, "\(work.due)", Wording.age(work.oldestDueAt, at: figures.now), "\(work.delayed)",
                "\(work.waiting)", "\(work.held)", "\(work.dead)", "\(work.unread)",
                Wording.age(work.oldestUnreadAt, at: figures.now))
        }
        return "Work\n" + table.text(indent: "  ")
    }

    private func items(_ title: String, _ label: String, _ items: [OpenItems]) -> String {
        guard !items.isEmpty else { return "\(title): none" }
        var table = TextTable((label, .leading), ("OPEN", .trailing), ("OLDEST", .trailing))
        for item in items {
            let overdue = item.overdue > 0 ? " (\(item.overdue) overdue)" : ""
            table.add(item.label, "\(item.count)" + overdue, Wording.age(item.oldestAt, at: figures.now))
        }
        return "\(title)\n" + table.text(indent: "  ")
    }

    private var sealText: String {
        let seal = figures.seal
        let sealed =
            seal.sealedAt.map { "sealed to \(seal.position), \(Wording.age($0, at: figures.now)) ago" }
            ?? "never sealed; is the reconciler running?"
        let anchored =
            seal.anchoredAt.map { "anchored to \(seal.anchoredPosition), \(Wording.age($0, at: figures.now)) ago" }
            ?? "never anchored"
        let unsealed =
            seal.unsealed == 0
            ? "nothing waits to be sealed"
            : "\(seal.unsealed) entries wait to be sealed, for up to \(Wording.age(seal.oldestUnsealedAt, at: figures.now))"
        return "Audit log: \(sealed); \(anchored); \(unsealed)"
    }

    /// For programs.
    public var json: JSONValue {
        [
            "now": .moment(figures.now),
            "alerts": alerts.json,
            "recovery": recovery?.json ?? .null,
            "upgrade": upgrade.json,
            "schema": [
                "migration": .text(schema.migration), "fault": .text(schema.fault), "newer": .text(schema.newer),
            ],
            "connections": .array(
                connections.map {
                    [
                        "id": .string($0.id.name), "role": .string($0.role.rawValue), "product": .string($0.vendor),
                        "paused": .bool($0.isPaused), "state": .string($0.state),
                    ]
                }),
            "flows": .array(
                figures.flows.map {
                    [
                        "entity": .string($0.flow.entity.rawValue), "source": .string($0.flow.source.name),
                        "target": .string($0.flow.target.name), "unsynced_changes": .int($0.changes),
                        "oldest_change_at": .moment($0.oldestChangeAt), "measured_at": .moment($0.measuredAt),
                    ]
                }),
            "queues": .array(
                figures.queues.map {
                    [
                        "queue": .string($0.queue), "unsettled": .int($0.unsettled), "parked": .int($0.parked),
                        "oldest_at": .moment($0.oldestAt), "measured_at": .moment($0.measuredAt),
                    ]
                }),
            "work": .array(
                figures.work.sorted { $0.key < $1.key }.map { connection, work in
                    [
                        "connection": .string(connection.name), "due": .int(work.due),
                        "oldest_due_at": .moment(work.oldestDueAt), "delayed": .int(work.delayed),
                        "waiting": .int(work.waiting), "held": .int(work.held), "given_up": .int(work.dead),
                        "unread": .int(work.unread), "oldest_unread_at": .moment(work.oldestUnreadAt),
                    ]
                }),
            "dead_letters": Self.json(figures.deadLetters, "class"),
            "proposals": Self.json(figures.proposals, "kind"),
            "waits": Self.json(figures.parks, "connection"),
            "snapshots": Self.json(figures.snapshots, "connection"),
            "audit": [
                "sealed_position": .int(figures.seal.position), "sealed_at": .moment(figures.seal.sealedAt),
                "anchored_position": .int(figures.seal.anchoredPosition),
                "anchored_at": .moment(figures.seal.anchoredAt), "unsealed": .int(figures.seal.unsealed),
                "oldest_unsealed_at": .moment(figures.seal.oldestUnsealedAt),
            ],
        ]
    }

    private static func json(_ items: [OpenItems], _ label: String) -> JSONValue {
        .array(
            items.map {
                [
                    label: .string($0.label), "open": .int($0.count), "oldest_at": .moment($0.oldestAt),
                    "overdue": .int($0.overdue),
                ]
            })
    }

    /// Beyond this many seconds without a measurement something is wrong; a measurement itself may take a while.
    private static let patience: Int64 = 300
}
