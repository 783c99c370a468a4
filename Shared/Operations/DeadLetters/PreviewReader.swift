internal import CanonicalModel
internal import Postgres
internal import SyncCore
internal import SyncStore

/// Reads what previews of many letters need, in a handful of statements however many they are.
struct PreviewReader {
    let pool: PostgresPool
    /// What can be done at each connection.
    let connections: [ConnectionID: ConnectionCapabilities]
    /// Whether protected values are shown.
    let whole: Bool

    init(pool: PostgresPool, whole: Bool) async throws {
        self.pool = pool
        self.whole = whole
        connections = Dictionary(
            try await pool.run(Connections.all).map { ($0.capabilities.connection, $0.capabilities) }
        ) { first, _ in first }
    }

    /// The previews of letters, by their ids.
    func previews(of rows: [DeadLetters.Row]) async throws -> [CanonicalID: LetterPreview] {
        var previews: [CanonicalID: LetterPreview] = [:]
        var work: [(letter: DeadLetters.Letter, place: Place)] = []
        var events: [(letter: CanonicalID, event: CanonicalEvent)] = []
        for row in rows {
            let letter = row.letter
            switch letter.source {
            case .work:
                guard let record = letter.record, let connection = letter.connection, let entity = letter.entity else {
                    previews[letter.id] = LetterPreview(.impossible, "it does not say which work it is about")
                    continue
                }
                work.append((letter, Place(record: record, connection: connection, entity: entity)))
            case .event, .broker:
                if let event = try? EventCoding.decode(letter.payload) {
                    events.append((letter.id, event))
                } else if let command = try? CommandCoding.decode(letter.payload), command.verb == .upsert {
                    work.append(
                        (
                            letter,
                            Place(record: command.record, connection: command.connection, entity: command.entity)
                        ))
                } else {
                    previews[letter.id] = Self.unread(letter)
                }
            case .read:
                previews[letter.id] = LetterPreview(
                    .reads, letter.native.map { "\($0) at \(letter.connection?.name ?? "?")" })
            case .webhook: previews[letter.id] = LetterPreview(.reads, "the adapter takes the webhook in once more")
            }
        }
        try await preview(work, into: &previews)
        try await preview(events, into: &previews)
        return previews
    }

    private static func unread(_ letter: DeadLetters.Letter) -> LetterPreview {
        if let command = try? CommandCoding.decode(letter.payload) {
            return LetterPreview(.reads, "\(command.verb.rawValue) of \(command.entity.rawValue)")
        }
        let fault: String
        do {
            _ = try EventCoding.decode(letter.payload)
            fault = "it is no event"
        } catch {
            fault = "\(error)"
        }
        return LetterPreview(.impossible, "this build cannot read it, so that it would fail again: \(fault)")
    }

    private func preview(
        _ work: [(letter: DeadLetters.Letter, place: Place)], into previews: inout [CanonicalID: LetterPreview]
    ) async throws {
        guard !work.isEmpty else { return }
        let places = Set(work.map(\.place))
        let (rows, links) = try await pool.run(WorkTable.find(places), IdentityMap.places(places))
        let active = links.values.filter { $0.state == .active }
        let shadows = try await pool.run(Shadows.find(active.compactMap(\.key)))
        var commands: [CanonicalID: SyncCommand] = [:]
        var newer: Set<CanonicalID> = []
        var parents: Set<CanonicalID> = []
        for (letter, place) in work {
            guard let row = rows[place] else { continue }
            let own = try? CommandCoding.decode(letter.payload)
            // Only the letter's own command can have been edited; a newer one is sent as it is.
            let isOwn = own?.id == row.version.command
            let command = isOwn ? own : try? CommandCoding.decode(row.body)
            if let own, !isOwn, own.version <= row.version.version { newer.insert(letter.id) }
            commands[letter.id] = command
            for wanted in command?.desired.values ?? [:].values {
                parents.formUnion((wanted.value.value?.recordReferences ?? []).compactMap(\.canonicalID))
            }
        }
        var located: [ConnectionID: [CanonicalID: [EntityKind: NativeReference]]] = [:]
        for link in try await pool.run(IdentityMap.places(of: parents)) where link.state == .active {
            located[link.connection, default: [:]][link.record, default: [:]][link.entity] = link.native
        }
        for (letter, place) in work {
            guard let row = rows[place] else {
                previews[letter.id] =
                    letter.source == .work
                    ? LetterPreview(.impossible, "its work is gone")
                    : LetterPreview(.sends, "its connection has no work for the record yet")
                continue
            }
            let link = links[place].flatMap { $0.state == .active ? $0 : nil }
            previews[letter.id] = LetterPreview(
                LetterPreview.Work(
                    row: row, command: commands[letter.id], isNewer: newer.contains(letter.id),
                    capabilities: connections[place.connection], native: link?.native,
                    shadow: link?.key.flatMap { shadows[$0] }, places: located[place.connection] ?? [:]),
                whole: whole)
        }
    }

    private func preview(
        _ events: [(letter: CanonicalID, event: CanonicalEvent)], into previews: inout [CanonicalID: LetterPreview]
    ) async throws {
        guard !events.isEmpty else { return }
        let key: (CanonicalEvent) -> LinkKey = {
            LinkKey(connection: $0.connection, native: $0.native, entity: $0.entity)
        }
        let links = try await pool.run(IdentityMap.find(Set(events.map { key($0.event) })))
        let linked = Set(links.values.map(\.record))
        let redirects = try await pool.run(Redirects.follow(linked))
        let found = try await pool.run(Records.read(linked.map { redirects[$0] ?? $0 }))
        let records = Dictionary(found.records.map { ($0.id, $0) }) { first, _ in first }
        for (letter, event) in events {
            let record = links[key(event)].map { redirects[$0.record] ?? $0.record }
            previews[letter] = LetterPreview(event, record: record.flatMap { records[$0] }, whole: whole)
        }
    }
}
