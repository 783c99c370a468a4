import CanonicalModel
import SyncCore
import SyncStore

/// Rules about changes on their way.
extension AlertRules {
    /// Changes that are later than their flow allows, one alert for each pair of connections.
    var freshness: [AlertCondition] {
        let late = measures.flows.filter { figure in
            guard let since = figure.movingSince, let objective = figure.objective else { return false }
            return Self.age(since, at: figure.measuredAt) > objective
        }
        let pairs = Dictionary(grouping: late) { Canary.Way(from: $0.flow.source, to: $0.flow.target) }
        return pairs.sorted { $0.key < $1.key }.map { way, figures in freshness(way, figures) }
    }

    private func freshness(_ way: Canary.Way, _ figures: [FlowFigure]) -> AlertCondition {
        let since =
            figures.map { figure in
                Self.advanced(figure.movingSince ?? measures.now, by: figure.objective ?? .zero)
            }.min() ?? measures.now
        let parts = figures.sorted { ($0.movingSince ?? $0.measuredAt) < ($1.movingSince ?? $1.measuredAt) }.map {
            "\($0.flow.entity.rawValue) for \(Self.span(measures.age($0.movingSince ?? measures.now)))"
                + " (objective \(Self.span($0.objective ?? .zero)))"
        }
        let reading = obstacle(way.source, .reading)
        let writing = obstacle(way.target, .writing)
        let root = writing != nil ? way.target : reading != nil ? way.source : nil
        let reason = [reading, writing].compactMap(\.self).joined(separator: "; ")
        let isGrave = measures.age(since) > settings.grave
        return condition(
            .freshness, "\(way.source) > \(way.target)", group: root.map(Self.group) ?? Self.ourSide,
            connection: root, severity: reason.isEmpty || isGrave ? .critical : .warning, since: since,
            cause: "changes made in \(way.source) have not arrived in \(way.target): \(parts.joined(separator: ", "))"
                + (reason.isEmpty ? "" : "; \(reason)"),
            advice: reason.isEmpty
                ? "see under Work and Messages in flight where they stand, and which process or loop is named beside this"
                : "mend what is named; the changes go on by themselves then",
            hold: settings.hold)
    }

    /// Nobody measures, so nobody knows.
    var measuring: [AlertCondition] {
        guard let measuredAt = measures.flows.map(\.measuredAt).min(), measures.age(measuredAt) > unmeasured else {
            return []
        }
        return [
            condition(
                .measuring, "freshness", group: Self.ourSide, severity: .critical, since: measuredAt,
                cause: "freshness was measured \(Self.span(measures.age(measuredAt))) ago, so nobody knows how late "
                    + "changes are",
                advice: "see the log of the reconciler for its loop freshness; a very slow database does this, too",
                hold: settings.hold)
        ]
    }

    /// Polls have found what webhooks should have told.
    var webhookSilence: [AlertCondition] {
        measures.sources.compactMap { source in
            guard let heardAt = source.heardAt, let since = source.missedSince, source.missed >= settings.missed,
                measures.age(since) > settings.silence
            else { return nil }
            return condition(
                .webhookSilence, "\(source.connection) \(source.nativeType)", connection: source.connection,
                since: since,
                cause:
                    "\(source.missed) changes of \(source.nativeType) in \(source.connection) were found by looking, "
                    + "and no webhook has come since \(heardAt)",
                advice:
                    "see in the vendor's settings that the webhook is still there and enabled, and that its address "
                    + "reaches the adapter; meanwhile changes come as late as polls do")
        }
    }

    /// Work that is due, objects to be read and messages that nobody takes, though nothing known stands in the way.
    var backlog: [AlertCondition] {
        let named = measures.named
        var conditions: [AlertCondition] = []
        for (connection, work) in measures.work.sorted(by: { $0.key < $1.key }) where named[connection] != nil {
            if let since = work.oldestDueAt, measures.age(since) > settings.backlog,
                obstacle(connection, .writing) == nil
            {
                conditions.append(
                    condition(
                        .backlog, "\(connection) writing", connection: connection, severity: .critical, since: since,
                        cause: "\(work.due) records are to be written in \(connection), the first of them since "
                            + "\(Self.span(measures.age(since))), and nothing known keeps the adapter from it",
                        advice: "see the adapter's log; start more of it where it is busy all the time",
                        hold: settings.hold))
            }
            if let since = work.oldestUnreadAt, measures.age(since) > settings.backlog,
                obstacle(connection, .reading) == nil
            {
                conditions.append(
                    condition(
                        .backlog, "\(connection) reading", connection: connection, severity: .critical, since: since,
                        cause: "\(work.unread) objects of \(connection) are to be read, the first of them since "
                            + "\(Self.span(measures.age(since))), and nothing known keeps the adapter from it",
                        advice: "see the adapter's log; start more of it where it is busy all the time",
                        hold: settings.hold))
            }
        }
        for queue in measures.queues {
            guard queue.unsettled > 0, let since = queue.oldestAt,
                Self.age(since, at: queue.measuredAt) > settings.backlog
            else { continue }
            conditions.append(
                condition(
                    .backlog, "queue \(queue.queue)", group: Self.ourSide, severity: .critical, since: since,
                    cause: "\(queue.unsettled) messages for \(queue.queue) are not settled, the first of them since "
                        + Self.span(measures.age(since)),
                    advice: "see that the broker is up, that whoever takes from this queue runs, and what its log says",
                    hold: settings.hold))
        }
        return conditions
    }

    /// Dead letters, one alert for each cause.
    var deadLetters: [AlertCondition] {
        measures.letters.map { group in
            let isOverdue = measures.age(group.firstAt) > settings.letters
            let isMoney = group.entity == .invoice || group.entity == .payment || group.entity == .creditNote
            let place = [group.entity?.rawValue, group.connection.map { "at \($0)" }].compactMap(\.self)
                .joined(separator: " ")
            return condition(
                .deadLetters, group.key, group: "dead letters", connection: group.connection,
                severity: isOverdue || isMoney ? .critical : .warning, since: group.firstAt,
                cause:
                    "\(group.count) dead letter\(group.count == 1 ? "" : "s")\(place.isEmpty ? "" : " of \(place)"): \(group.pattern)",
                advice: "\(group.fix); then: plumbline dead-letters preview --group \(group.key)")
        }
    }
}
