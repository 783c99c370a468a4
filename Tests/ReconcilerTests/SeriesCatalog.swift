import CanonicalModel
import Foundation

@testable import Reconciler
@testable import ServiceKit
@testable import SyncStore

/// The series that the services show at `/metrics`, each with its labels, as the code itself makes them.
struct SeriesCatalog {
    /// What Prometheus adds to whatever it scrapes.
    static let scraped: Set<String> = ["job", "instance"]

    /// Those of RabbitMQ's plugin and of Prometheus itself that rules and dashboard look at. They are no code of ours: here
    /// is what RabbitMQ's own list of metrics has (3.10 and 4.x), of a node as a whole.
    private static let foreign: [String: Set<String>] = [
        "up": [],
        "rabbitmq_alarms_free_disk_space_watermark": [],
        "rabbitmq_alarms_memory_used_watermark": [],
        "rabbitmq_connections": [],
        "rabbitmq_disk_space_available_bytes": [],
        "rabbitmq_disk_space_available_limit_bytes": [],
        "rabbitmq_process_resident_memory_bytes": [],
        "rabbitmq_queue_messages_ready": [],
        "rabbitmq_queue_messages_unacked": [],
        "rabbitmq_resident_memory_limit_bytes": [],
    ]

    private(set) var labels: [String: Set<String>]

    /// Of all services, and what is not ours.
    static func all() throws -> SeriesCatalog {
        var catalog = SeriesCatalog(labels: foreign)
        catalog.add(gauges)
        catalog.add(try made())
        catalog.add(SeriesCatalog(text: ProcessMetrics.text()))
        catalog.add(try table())
        return catalog
    }

    private init(labels: [String: Set<String>]) {
        self.labels = labels
    }

    /// Those in a text as `/metrics` shows it.
    init(text: String) {
        labels = [:]
        for line in text.split(separator: "\n") {
            guard let match = line.firstMatch(of: #/^([a-zA-Z_:][a-zA-Z0-9_:]*)(\{.*\})? /#) else { continue }
            let names = (match.2 ?? "").matches(of: #/([a-z_]+)="/#).map { String($0.1) }
            labels[String(match.1), default: []].formUnion(names)
        }
    }

    private mutating func add(_ other: SeriesCatalog) {
        labels.merge(other.labels) { $0.union($1) }
    }

    /// What the reconciler shows of an estate that has one of everything.
    static var gauges: SeriesCatalog {
        let metrics = PrometheusMetrics()
        let gauges = FigureGauges(metrics)
        let quiet = AlertRulesTests.quiet
        let now = AlertRulesTests.now
        let items = [OpenItems(label: "x", count: 1, oldestAt: now)]
        gauges.show(
            Figures(
                now: now, flows: [AlertRulesTests.figure(.customer, age: 1)],
                queues: [QueueFigure(queue: "x", unsettled: 1, parked: 1, oldestAt: now, measuredAt: now)],
                work: quiet.work, deadLetters: items, proposals: items, parks: items, snapshots: items, seal: .none))
        gauges.show(
            AlertFigures(
                now: now, judgedAt: now, untold: 0, canaries: quiet.canaries, replicas: quiet.replicas))
        gauges.show(
            SystemFigures(
                now: now, connections: quiet.connections,
                budgets: [.init(account: "x", calls: 1, burst: 1, perSecond: 1, blockedUntil: nil)],
                claimable: [ClaimableFigure(connection: ConnectionID("x"), service: "x")], replays: items,
                database: DatabaseFigure(bytes: 1, connections: 1, connectionLimit: 1, oldestTransactionAt: now)))
        return SeriesCatalog(text: metrics.text())
    }

    /// What the other code makes where it is used, `Counter(label: "…", dimensions: […])`, in Prometheus' spelling.
    private static func made() throws -> SeriesCatalog {
        let metrics = PrometheusMetrics()
        for file in try sources() {
            let text = try String(contentsOf: file, encoding: .utf8)
            let makers =
                #/
                \b(Counter|Meter|Gauge|Timer|Recorder)\(\s*label:\s"([^"]+)"
                (?:,\s*dimensions:\s\[([^\]]*)\])?
                /#
            for match in text.matches(of: makers) {
                let label = String(match.2)
                let dimensions = (match.3 ?? "").matches(of: #/\("([a-z_]+)",/#).map { (String($0.1), "x") }
                switch match.1 {
                case "Counter": _ = metrics.makeCounter(label: label, dimensions: dimensions)
                case "Timer": _ = metrics.makeTimer(label: label, dimensions: dimensions)
                case "Recorder": _ = metrics.makeRecorder(label: label, dimensions: dimensions, aggregate: true)
                default: _ = metrics.makeMeter(label: label, dimensions: dimensions)
                }
            }
        }
        // With no room at all: the series that says so.
        let full = PrometheusMetrics(limit: 0)
        _ = full.makeCounter(label: "x", dimensions: [])
        return SeriesCatalog(text: metrics.text() + full.text())
    }

    /// The sources of all services; the imitated vendors are no part of an installation.
    private static func sources() throws -> [URL] {
        try ["Shared", "Services"].flatMap { (name: String) -> [URL] in
            let folder = Monitoring.root.appending(path: name)
            let paths = try FileManager.default.subpathsOfDirectory(atPath: folder.path())
            return paths.filter { $0.hasSuffix(".swift") && !$0.hasPrefix("sandbox/") }
                .map { folder.appending(path: $0) }
        }
    }

    /// What the table above `ReconcilerMetrics` lists.
    static func table() throws -> SeriesCatalog {
        let text = try Monitoring.text("Services/reconciler/ReconcilerMetrics.swift")
        var catalog = SeriesCatalog(labels: [:])
        for line in text.split(separator: "\n") where line.hasPrefix("/// | `") {
            let cells = line.split(separator: "|", omittingEmptySubsequences: false)
            guard cells.count > 2 else { continue }
            let labels = cells[2].split { $0 == "," || $0 == " " }.map(String.init)
            for name in cells[1].matches(of: #/`([a-z_]+)`/#) { catalog.labels[String(name.1)] = Set(labels) }
        }
        return catalog
    }
}
