public import CanonicalModel

/// What a job takes over from the sale and the estimate that it carries out: pure (R3.2, R3.9 to R3.13).
public enum JobScope {
    /// The fields of the job.
    ///
    /// A field that neither source has is cleared only where the estimate sets the scope, so that a revision that drops
    /// a line drops it from the job, too.
    public static func fields(estimate: RecordState, opportunity: RecordState?) -> Patch {
        var fields: Patch = [
            "estimate": .set(.reference(.canonical(estimate.id))),
            "lines": patch(estimate["lines"]),
            "total": patch(estimate["total"]),
        ]
        take("customer", from: estimate, opportunity, into: &fields)
        take("site", from: estimate, opportunity, into: &fields)
        take("contact", from: estimate, opportunity, into: &fields)
        if let opportunity { fields["opportunity"] = .set(.reference(.canonical(opportunity.id))) }
        if let title = estimate["title"] ?? opportunity?["title"] { fields["title"] = .set(title) }
        if let scope = estimate["scope"] ?? opportunity?["description"] { fields["description"] = .set(scope) }
        if let terms = estimate["terms"] { fields["terms"] = .set(terms) }
        if let revision = estimate["revision"] { fields["revision"] = .set(revision) }
        if let window = opportunity?["requested_window"] { fields["requested_window"] = .set(window) }
        if let instructions = opportunity?["requirements"] { fields["instructions"] = .set(instructions) }
        return fields
    }

    /// The fields of a sale that its job shows.
    static let ofSale: Set<FieldName> = [
        "customer", "site", "contact", "title", "description", "requested_window", "requirements",
    ]

    /// Whether an estimate stands as approved now, so that its scope holds.
    public static func isApproved(_ estimate: RecordState) -> Bool {
        guard case .choice(let status) = estimate["status"] else { return false }
        return status == "approved" || status == "converted"
    }

    /// When the estimate was last approved, by its own history; the epoch where nothing tells.
    public static func approvedAt(_ estimate: RecordState) -> Instant {
        if case .instant(let moment) = estimate["approved_at"] { return moment }
        guard case .history(let steps) = estimate["status_history"] else { return Instant(seconds: 0) }
        return steps.filter { $0.status == "approved" }.map(\.at).max() ?? Instant(seconds: 0)
    }

    private static func take(
        _ field: FieldName, from estimate: RecordState, _ opportunity: RecordState?, into fields: inout Patch
    ) {
        if let value = estimate[field] ?? opportunity?[field] { fields[field] = .set(value) }
    }

    private static func patch(_ value: FieldValue?) -> PatchValue { value.map(PatchValue.set) ?? .clear }
}
