internal import CanonicalModel
internal import Postgres
internal import SyncStore

/// Reads what many letters are about, in four statements however many they are.
struct ContextReader {
    let pool: PostgresPool
    /// Whether protected values are shown; the role must have the right to them.
    var whole = false

    /// The contexts of letters, by their ids; a letter about no record that is known has none.
    func contexts(of rows: [DeadLetters.Row]) async throws -> [CanonicalID: LetterContext] {
        let objects = rows.compactMap { row -> (connection: ConnectionID, native: NativeReference)? in
            guard row.letter.record == nil, let connection = row.letter.connection, let native = row.letter.native
            else { return nil }
            return (connection, native)
        }
        var found: [LaneKey: [CanonicalID]] = [:]
        if !objects.isEmpty {
            for one in try await pool.run(LetterContexts.records(of: objects)) {
                found[.object(one.native, in: one.connection), default: []].append(one.record)
            }
        }
        var own: [CanonicalID: [CanonicalID]] = [:]
        for row in rows {
            let letter = row.letter
            if let record = letter.record {
                own[letter.id] = [record]
            } else if let connection = letter.connection, let native = letter.native {
                own[letter.id] = found[.object(native, in: connection)]
            }
        }
        guard !own.isEmpty else { return [:] }
        let first = Set(own.values.joined())
        var parents = try await read(first)
        // Of what a job or an invoice refers to, also what that refers to: the customer of the job of a visit.
        let second = Set(parents.values.joined()).subtracting(first)
        parents.merge(try await read(second)) { one, _ in one }
        let all = first.union(parents.values.joined())
        let (shown, places) = try await pool.run(
            LetterContexts.shown(all, whole: whole), IdentityMap.places(of: all))
        let links = Dictionary(grouping: places, by: \.record)
        return own.mapValues { records in
            var reached = records
            for _ in 0..<2 {
                for parent in reached.flatMap({ parents[$0] ?? [] }) where !reached.contains(parent) {
                    reached.append(parent)
                }
            }
            return LetterContext(reached, shown: shown, links: links)
        }
    }

    private func read(_ records: Set<CanonicalID>) async throws -> [CanonicalID: [CanonicalID]] {
        guard !records.isEmpty else { return [:] }
        return try await pool.run(Records.parents(of: records)).reduce(into: [:]) { parents, reference in
            parents[reference.child, default: []].append(reference.parent)
        }
    }
}
