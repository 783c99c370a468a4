import Foundation
import Testing

@Suite("The dashboard for Grafana")
struct DashboardTests {
    @Test("R17.2: every series, label and function that a panel looks at exists, and its legend shows what it has")
    func series() throws {
        let dashboard = try Dashboard.shipped()
        let catalog = try SeriesCatalog.all()
        let targets = dashboard.charts.flatMap { panel in (panel.targets ?? []).map { (panel.title, $0) } }
        #expect(targets.count >= 40)
        for (title, target) in targets {
            let legend = Set(target.legendFormat.matches(of: #/\{\{\s*(\w+)\s*\}\}/#).map { String($0.1) })
            #expect(catalog.faults(in: target.expr, legend: legend) == [], "\(title): \(target.expr)")
        }
        for variable in dashboard.templating.list where variable.type == "query" {
            let definition = try #require(variable.definition)
            let match = try #require(definition.wholeMatch(of: #/label_values\((\w+), (\w+)\)/#), "\(definition)")
            #expect(catalog.labels[String(match.1)]?.contains(String(match.2)) == true, "\(definition)")
        }
    }

    @Test(
        "promtool can read every expression of the dashboard",
        .enabled(if: Monitoring.hasPromtool, "promtool (Debian's prometheus) is missing"))
    func expressions() throws {
        let variables = ["$__rate_interval": "1m", "$connection": ".*"]
        let expressions = try Dashboard.shipped().charts.flatMap { $0.targets ?? [] }.map { target in
            variables.reduce(target.expr) { $0.replacing($1.key, with: $1.value) }
        }
        for expression in expressions { #expect(!expression.contains("$"), "\(expression)") }
        let encoder = JSONEncoder()
        encoder.outputFormatting = .withoutEscapingSlashes
        let rules = try expressions.enumerated().map { index, expression in
            // A text in JSON is one in YAML.
            let quoted = String(decoding: try encoder.encode(expression), as: UTF8.self)
            return "  - { record: 'panel:\(index)', expr: \(quoted) }\n"
        }
        let file = FileManager.default.temporaryDirectory.appending(path: "\(UUID()).yml")
        try Data(("groups:\n- name: dashboard\n  rules:\n" + rules.joined()).utf8).write(to: file)
        defer { try? FileManager.default.removeItem(at: file) }
        let (code, text) = try Monitoring.check(["check", "rules", file.path()])
        #expect(code == 0, "\(text)")
    }

    @Test("Every panel has a title, a unit, a legend, and says what to do when it is bad")
    func panels() throws {
        let dashboard = try Dashboard.shipped()
        let titles = dashboard.charts.map(\.title)
        #expect(Set(titles).count == titles.count)
        let variables = Set(dashboard.templating.list.map(\.name))
        for panel in dashboard.charts {
            #expect(panel.title.count >= 4, "\(panel.id)")
            #expect((panel.description ?? "").count >= 60, "\(panel.title)")
            #expect(panel.fieldConfig?.defaults.unit?.isEmpty == false, "\(panel.title)")
            let targets = panel.targets ?? []
            #expect(!targets.isEmpty, "\(panel.title)")
            #expect(Set(targets.map(\.refId)).count == targets.count, "\(panel.title)")
            for target in targets {
                #expect(!target.legendFormat.isEmpty, "\(panel.title)")
                #expect(target.datasource.type == "prometheus", "\(panel.title)")
                #expect(target.datasource.uid == "${datasource}" && variables.contains("datasource"), "\(panel.title)")
            }
        }
    }

    @Test("No two panels have the same id or share a place, and all are within the width of the page")
    func places() throws {
        let panels = try Dashboard.shipped().panels
        #expect(Set(panels.map(\.id)).count == panels.count)
        for (index, panel) in panels.enumerated() {
            let place = panel.gridPos
            #expect(place.x >= 0 && place.w > 0 && place.h > 0 && place.x + place.w <= 24, "\(panel.title)")
            for other in panels[..<index] {
                #expect(!place.overlaps(other.gridPos), "\(panel.title) lies over \(other.title)")
            }
        }
    }
}
