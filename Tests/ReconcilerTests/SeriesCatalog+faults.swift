extension SeriesCatalog {
    /// Those that rules and dashboard need; promtool knows all there are.
    private static let functions: Set<String> = [
        "absent", "count", "histogram_quantile", "increase", "max", "min", "rate", "sum", "vector",
    ]

    /// What an expression names that nobody shows.
    ///
    /// - Parameter legend: the labels that its legend shows.
    func faults(in expression: String, legend: Set<String> = []) -> [String] {
        let query = PromQL(expression)
        var faults = query.functions.subtracting(Self.functions).sorted()
            .map { "\($0) is no function that is used here" }
        var known = Self.scraped
        for selector in query.selectors {
            guard let labels = labels[selector.series] else {
                faults.append("no service shows \(selector.series)")
                continue
            }
            known.formUnion(labels)
            faults += selector.labels.subtracting(labels).subtracting(Self.scraped).sorted()
                .map { "\(selector.series) has no label \($0)" }
        }
        // Of a series that nobody shows, no label can be judged.
        guard faults.isEmpty else { return faults }
        faults += query.grouping.subtracting(known).sorted().map { "nothing here has the label \($0)" }
        // What is aggregated keeps the labels that it is grouped by.
        let kept = query.functions.isDisjoint(with: ["sum", "max", "min", "count"]) ? known : query.grouping
        faults += legend.subtracting(kept).sorted().map { "its legend shows \($0), which it does not have" }
        return faults
    }
}
