public import CanonicalModel

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
    /// - Returns: whether more can be had at once.
    public func round() async throws -> Bool {
        let connection = session.declaration.id
        let before = try await store.cursor(of: stream.name, connection: connection)
        let page = try await connector.poll(stream, after: before, session: session)
        guard !page.changes.isEmpty || page.cursor != before else { return page.hasMore }
        try await store.keep(
            KeptPage(
                connection: connection, stream: stream.name, correlation: ids.next(session.now), hints: page.changes,
                before: before, cursor: page.cursor))
        return page.hasMore
    }
}
