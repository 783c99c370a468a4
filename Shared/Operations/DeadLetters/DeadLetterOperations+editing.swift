internal import CanonicalModel
internal import Postgres
internal import SyncCore
internal import SyncStore

/// Correcting what letters hold, before they are replayed.
extension DeadLetterOperations {
    /// Corrects every open letter that a query names by one patch, all of them or none.
    ///
    /// A message is sent as its next generation with the corrected body. Work gets the corrected desired state for its
    /// connection alone, as long as no newer state has come: the record keeps its values, which their owners own.
    ///
    /// - Parameter dryRun: says what would be done, and does nothing.
    public func edit(
        _ query: DeadLetterQuery, _ patch: LetterPatch, by name: String, reason: String, dryRun: Bool
    ) async throws -> DeadLetterEdit {
        guard try await pool.run(DeadLetters.mayShowPersonalData) else {
            throw OperationFailure("an edit needs membership in \(AccessRoles.operator)")
        }
        var open = query
        open.states = ["open"]
        let filter = try await filter(open)
        let connections = try await pool.run(Connections.all).reduce(into: [:]) {
            $0[$1.capabilities.connection] = $1.capabilities
        }
        do {
            return try await pool.withTransaction { transaction in
                var edit = DeadLetterEdit(isDry: dryRun)
                var last: CanonicalID?
                while true {
                    let rows = try await transaction.run(
                        LetterEdits.lockPage(filter, after: last, limit: Self.page))
                    guard let end = rows.last?.letter.id else { break }
                    last = end
                    let edits = correct(rows, patch, connections, &edit)
                    // Once something is wrong, the rest is only looked at.
                    guard !dryRun, edit.faults.isEmpty, !edits.isEmpty else { continue }
                    let letters = Dictionary(rows.map { ($0.letter.id, $0.letter) }) { first, _ in first }
                    try await transaction.run([
                        LetterEdits.save(edits, by: name, reason: reason, changes: patch.description),
                        AuditLog.insert(
                            edits.map { one in
                                entry(
                                    name, RecordHistory.editing, letters[one.letter],
                                    [
                                        "letter": .string(one.letter.description), "reason": .string(reason),
                                        "changes": .string(patch.description),
                                        "fields": .array(patch.changes.map { .string($0.field) }),
                                    ])
                            }),
                    ])
                }
                if !edit.faults.isEmpty || dryRun { throw NothingDone(edit: edit) }
                return edit
            }
        } catch let nothing as NothingDone {
            return nothing.edit
        }
    }

    /// Takes the transaction back.
    private struct NothingDone: Error {
        let edit: DeadLetterEdit
    }

    private func correct(
        _ rows: [DeadLetters.Row], _ patch: LetterPatch,
        _ connections: [ConnectionID: ConnectionCapabilities], _ edit: inout DeadLetterEdit
    ) -> [LetterEdits.Edit] {
        var edits: [LetterEdits.Edit] = []
        for row in rows {
            let letter = row.letter
            do {
                let corrected = try patch.apply(to: letter) { entity in
                    letter.connection.flatMap { connections[$0]?.entities[entity] }
                }
                guard let corrected else {
                    edit.unchanged += 1
                    continue
                }
                edit.add(letter.id, corrected.steps)
                edits.append(
                    LetterEdits.Edit(
                        id: IDSource.random.next(now()), letter: letter.id, before: letter.payload,
                        after: corrected.payload))
            } catch {
                edit.add(letter.id, error)
            }
        }
        return edits
    }
}
