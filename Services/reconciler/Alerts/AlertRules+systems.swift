import CanonicalModel
import SyncCore
import SyncStore

/// Rules about the systems at the ends.
extension AlertRules {
    /// Systems that do not answer.
    var circuits: [AlertCondition] {
        measures.connections.flatMap { declared -> [AlertCondition] in
            let connection = declared.capabilities.connection
            return [("reading", declared.health.reading), ("writing", declared.health.writing)].compactMap {
                direction, circuit in
                guard let since = circuit.openedAt, circuit.failureClass != .authentication,
                    measures.age(since) > settings.outage
                else { return nil }
                return condition(
                    .circuit, "\(connection) \(direction)", connection: connection,
                    severity: measures.age(since) > settings.grave ? .critical : .warning, since: since,
                    cause: "\(declared.vendor) (\(connection)) \(Self.trouble(circuit)), so \(direction) rests: "
                        + (circuit.failure ?? "no answer"),
                    advice: (circuit.fix ?? "see the vendor's status page")
                        + "; everything waits, nothing is given up, and it goes on by itself")
            }
        }
    }

    /// What is wrong with a system that is not worked with.
    private static func trouble(_ circuit: Circuits.State) -> String {
        circuit.failureClass == .validation ? "does not fit what is configured" : "does not answer"
    }

    /// Credentials that are refused, or have run out.
    var tokens: [AlertCondition] {
        let refused = measures.connections.flatMap { declared -> [AlertCondition] in
            [declared.health.reading, declared.health.writing].compactMap { circuit in
                guard let since = circuit.openedAt, circuit.failureClass == .authentication else { return nil }
                return token(
                    declared, since: since,
                    cause: "\(declared.vendor) (\(declared.capabilities.connection)) refuses our credentials: "
                        + (circuit.failure ?? "it does not let us in"),
                    advice: circuit.fix
                        ?? "connect the account anew: \(ConsentOffer.command(for: declared.capabilities.connection))")
            }
        }
        let ended = measures.connections.compactMap { declared -> AlertCondition? in
            guard let end = measures.tokens[declared.account], !declared.health.isPaused,
                measures.age(end) > settings.token, declared.health.succeededAt.map({ $0 <= end }) ?? true
            else { return nil }
            return token(
                declared, since: end,
                cause: "the access token of \(declared.vendor) (\(declared.capabilities.connection)) has run out, and "
                    + "nobody has renewed it",
                advice: "see that its adapter runs, and what its log says of tokens")
        }
        return refused + ended + unauthorised
    }

    /// Accounts that nobody has connected yet: nothing has failed, and nothing will be done until somebody does.
    private var unauthorised: [AlertCondition] {
        measures.connections.compactMap { declared in
            let connection = declared.capabilities.connection
            guard let since = declared.health.awaitsConsentSince, !declared.health.isPaused else { return nil }
            return condition(
                .token, declared.account, connection: connection, since: since,
                cause: "\(declared.vendor) (\(connection)) is not authorised yet: what is for it waits",
                advice: ConsentOffer.command(for: connection))
        }
    }

    private func token(
        _ declared: Connections.Declared, since: Instant, cause: String, advice: String
    ) -> AlertCondition {
        condition(
            .token, declared.account, connection: declared.capabilities.connection, severity: .critical, since: since,
            cause: cause, advice: advice)
    }

    /// Accounts whose calls are used up.
    var budgets: [AlertCondition] {
        measures.shortages.map { shortage in
            let names = shortage.connections.map(\.name).joined(separator: ", ")
            let until = shortage.blockedUntil.map { "; the vendor wants no call before \($0)" } ?? ""
            return condition(
                .budget, shortage.account, connection: shortage.connections.first, since: measures.now,
                cause: "the calls of the account \(shortage.account) (\(names)) are used up, and \(shortage.waiting) "
                    + "records wait for more\(until)",
                advice:
                    "let imports and replays run at night, ask the vendor for more calls, or raise rate_limit where "
                    + "it is below what the vendor allows",
                hold: settings.outage)
        }
    }
}
