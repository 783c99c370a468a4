import Foundation

/// A dashboard of Grafana, as far as it is looked at.
struct Dashboard: Decodable {
    struct Place: Decodable {
        var x: Int
        var y: Int
        var w: Int
        var h: Int

        func overlaps(_ other: Place) -> Bool {
            x < other.x + other.w && other.x < x + w && y < other.y + other.h && other.y < y + h
        }
    }

    struct Target: Decodable {
        var refId: String
        var expr: String
        var legendFormat: String
        var datasource: Source
    }

    struct Source: Decodable {
        var type: String
        var uid: String
    }

    struct Fields: Decodable {
        struct Defaults: Decodable {
            var unit: String?
        }

        var defaults: Defaults
    }

    struct Panel: Decodable {
        var id: Int
        var type: String
        var title: String
        var description: String?
        var gridPos: Place
        var fieldConfig: Fields?
        var targets: [Target]?
        /// Those in a row that is folded.
        var panels: [Panel]?
    }

    struct Templating: Decodable {
        struct Variable: Decodable {
            var name: String
            var type: String
            var definition: String?
        }

        var list: [Variable]
    }

    var uid: String
    var templating: Templating
    var panels: [Panel]

    /// All panels that show something, those of folded rows too.
    var charts: [Panel] { (panels + panels.flatMap { $0.panels ?? [] }).filter { $0.type != "row" } }

    static func shipped() throws -> Dashboard {
        try JSONDecoder().decode(
            Dashboard.self, from: Data(Monitoring.text("deploy/monitoring/grafana/dashboards/plumbline.json").utf8))
    }
}
