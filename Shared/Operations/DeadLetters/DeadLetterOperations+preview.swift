internal import CanonicalModel
internal import Postgres
internal import SyncStore

/// What a replay would do, before anybody does it.
extension DeadLetterOperations {
    /// Says of each letter what a replay would change, field by field.
    ///
    /// It compares what egress would compare, with what each system showed last; nothing is sent or locked.
    ///
    /// - Parameters:
    ///   - limit: the most letters that are looked at, in the order in which a replay takes them.
    ///   - unredacted: who wants to see protected values; nil for nobody.
    /// - Throws: `OperationFailure` when the role may not read payloads.
    public func preview(
        _ query: DeadLetterQuery, limit: Int, unredacted: String? = nil
    ) async throws -> DeadLetterPreview {
        guard try await pool.run(DeadLetters.mayShowPersonalData) else {
            throw OperationFailure("a preview compares payloads: it needs membership in \(AccessRoles.operator)")
        }
        if let unredacted { try await admit(unredacted, to: "preview", of: query.description) }
        let filter = try await filter(query)
        let reader = try await PreviewReader(pool: pool, whole: unredacted != nil)
        var preview = DeadLetterPreview()
        var last: CanonicalID?
        while preview.letters.count < limit {
            let rows = try await pool.run(
                DeadLetters.page(filter, after: last, limit: min(Self.page, limit - preview.letters.count)))
            guard !rows.isEmpty else { break }
            last = rows.last?.letter.id
            let previews = try await reader.previews(of: rows)
            let contexts = try await ContextReader(pool: pool, whole: unredacted != nil).contexts(of: rows)
            for row in rows {
                var shown = row
                shown.letter.payload = []
                preview.letters.append(
                    (
                        DeadLetterReport(row: shown, context: contexts[row.letter.id]),
                        previews[row.letter.id] ?? LetterPreview(.impossible)
                    ))
            }
        }
        preview.isWhole = preview.letters.count < limit
        return preview
    }
}
