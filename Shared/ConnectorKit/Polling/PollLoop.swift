public import CanonicalModel
internal import SyncCore

/// Asks one stream of a connection for what has changed.
public struct PollLoop: Sendable {
    private let connector: any Connector
    private let session: any VendorSession
    private let store: any AdapterStore
    private let stream: PollStream
    private let ids: IDSource

    /// Takes the parts.
    public init(
        connector: any Connector, session: any VendorSession, store: any AdapterStore, stream: PollStream,
        ids: IDSource = .random
    ) {
        self.connector = connector
        self.session = session
        self.store = store
        self.stream = stream
        self.ids = ids
    }

    /// Asks for one page.
    ///
    /// The hints and the cursor are kept together: a page may come again, and is never skipped.
    ///
    /// Where the database was restored, the stream is asked from before that time first.
    ///
    /// - Returns: when the next page is asked for, and what is wrong with the round.
    public func round() async throws -> PollTurn {
        let connection = session.declaration.id
        let place = try await store.place(
            of: stream.name, among: connector.descriptor.pollStreams.map(\.name), connection: connection)
        var before = place.cursor
        if case .rewind(let moment) = place.recovery { before = try await rewind(before, to: moment) }
        let page = try await connector.poll(stream, after: before, session: session)
        if !page.changes.isEmpty || page.cursor != before { try await keep(page.changes, before, page.cursor) }
        if place.recovery != nil, !page.hasMore {
            try await store.note(.passed, of: stream.name, connection: connection)
        }
        return PollTurn(after: page, of: stream, connection, connector.descriptor.title)
    }

    private func rewind(_ before: String?, to moment: Instant) async throws -> String? {
        let cursor = connector.rewound(before, of: stream, to: moment) ?? before
        if let cursor, cursor != before { try await keep([], before, cursor) }
        try await store.note(.rewound, of: stream.name, connection: session.declaration.id)
        return cursor
    }

    private func keep(_ hints: [ChangeHint], _ before: String?, _ cursor: String) async throws {
        try await store.keep(
            KeptPage(
                connection: session.declaration.id, stream: stream.name, correlation: ids.next(session.now),
                hints: hints, before: before, cursor: cursor))
    }
}
