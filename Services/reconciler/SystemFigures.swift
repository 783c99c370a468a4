import CanonicalModel
import Postgres
import SyncCore
import SyncStore

/// What of the systems around is shown as gauges: the vendors', as far as they answer and let us call, and the database.
struct SystemFigures: Sendable {
    var now: Instant
    var connections: [Connections.Declared] = []
    var budgets: [RateBudgets.Level] = []
    var claimable: [ClaimableFigure] = []
    var replays: [OpenItems] = []
    var database: DatabaseFigure

    /// Reads everything in one round trip.
    static func read(on pool: PostgresPool) async throws -> SystemFigures {
        let (now, connections, budgets, claimable, replays, database) = try await pool.run(
            Figures.clock, Connections.all, RateBudgets.levels, ClaimableFigure.all, OpenItems.replays,
            DatabaseFigure.current)
        return SystemFigures(
            now: now, connections: connections, budgets: budgets, claimable: claimable, replays: replays,
            database: database)
    }

    /// The gauges.
    var values: [FigureGauges.Value] {
        var values: [FigureGauges.Value] = []
        for declared in connections {
            let connection = ("connection", declared.capabilities.connection.name)
            values.append((ReconcilerMetrics.paused, [connection], declared.health.isPaused ? 1 : 0))
            let circuits: [(Circuits.Direction, Circuits.State)] = [
                (.reading, declared.health.reading), (.writing, declared.health.writing),
            ]
            for (direction, circuit) in circuits {
                let labels = [connection, ("direction", direction.rawValue)]
                values.append((ReconcilerMetrics.circuitOpen, labels, age(circuit.openedAt)))
                values.append((ReconcilerMetrics.circuitFailures, labels, Double(circuit.failures)))
            }
        }
        for budget in budgets {
            let labels = [("account", budget.account)]
            values.append((ReconcilerMetrics.budgetLeft, labels, budget.calls))
            values.append((ReconcilerMetrics.budgetBurst, labels, budget.burst))
            values.append((ReconcilerMetrics.budgetRate, labels, budget.perSecond))
            let blocked = budget.blockedUntil.map { Double($0.microseconds - now.microseconds) / 1_000_000 } ?? 0
            values.append((ReconcilerMetrics.budgetBlocked, labels, max(blocked, 0)))
        }
        for figure in claimable {
            let connection = ("connection", figure.connection.name)
            values.append((ReconcilerMetrics.objectsDue, [connection], Double(figure.due.count)))
            values.append((ReconcilerMetrics.objectsDueAge, [connection], age(figure.due.oldestAt)))
            for (direction, pieces) in [("reading", figure.reading), ("writing", figure.writing)] {
                let labels = [connection, ("service", figure.service), ("direction", direction)]
                values.append((ReconcilerMetrics.claimable, labels, Double(pieces.count)))
                values.append((ReconcilerMetrics.claimableAge, labels, age(pieces.oldestAt)))
            }
        }
        for item in replays {
            let labels = [("state", item.label)]
            values.append((ReconcilerMetrics.replays + "_open", labels, Double(item.count)))
            values.append((ReconcilerMetrics.replays + "_oldest_seconds", labels, age(item.oldestAt)))
        }
        values.append((ReconcilerMetrics.databaseBytes, [], Double(database.bytes)))
        values.append((ReconcilerMetrics.databaseConnections, [], Double(database.connections)))
        values.append((ReconcilerMetrics.databaseConnectionsLimit, [], Double(database.connectionLimit)))
        values.append((ReconcilerMetrics.databaseTransaction, [], age(database.oldestTransactionAt)))
        return values
    }

    private func age(_ moment: Instant?) -> Double {
        moment.map { max(Double(now.microseconds - $0.microseconds) / 1_000_000, 0) } ?? 0
    }
}
