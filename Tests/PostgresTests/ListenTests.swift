import IntegrationSupport
import Postgres
import Testing

@Suite("Wake-ups", .database, .timeLimit(.minutes(2)))
struct ListenTests {
    @Test("A notification wakes an idle listener, and many while it is busy come as one or more")
    func wakes() async throws {
        let space = try IntegrationSpace.required()
        let listener = try await PostgresConnection.connect(space.database)
        let speaker = try await PostgresConnection.connect(space.database)
        let channel = space.prefix + " with \"quotes\""
        var wakeups = try await listener.listen(channel).makeAsyncIterator()
        try await speaker.execute("select pg_notify(\(channel), '')")
        #expect(await wakeups.next() != nil)
        for n in 0..<100 { try await speaker.execute("select pg_notify(\(channel), \(String(n)))") }
        #expect(await wakeups.next() != nil)
        // One that arrives with the answer to a statement is not lost.
        try await listener.execute("select pg_notify(\(channel), 'self')")
        #expect(await wakeups.next() != nil)
        await listener.close()
        while await wakeups.next() != nil {}
        await speaker.close()
    }

    @Test("The stream ends when the server ends the session")
    func endsWithTheSession() async throws {
        let space = try IntegrationSpace.required()
        let listener = try await PostgresConnection.connect(space.database)
        let speaker = try await PostgresConnection.connect(space.database)
        let pid = try await listener.query("select pg_backend_pid()")[0][0, as: Int32.self]
        let wakeups = try await listener.listen(space.prefix)
        try await speaker.execute("select pg_terminate_backend(\(pid))")
        for await _ in wakeups {}
        #expect(listener.health == .closed)
        await speaker.close()
    }
}

@Suite("A listener that connects again", .database, .timeLimit(.minutes(2)))
struct PostgresListenerTests {
    @Test("Every stream is woken by its channel, and by each new connection")
    func wakesAgain() async throws {
        let space = try IntegrationSpace.required()
        var configuration = space.database
        configuration.applicationName = space.prefix
        let (one, other) = (space.prefix + "_one", space.prefix + "_other")
        let listener = PostgresListener(configuration, channels: [one, other])
        var first = listener.wakeups(one).makeAsyncIterator()
        var second = listener.wakeups(one).makeAsyncIterator()
        var third = listener.wakeups(other).makeAsyncIterator()
        let service = Task { await listener.run() }
        await first.next()
        await second.next()
        await third.next()
        let speaker = try await PostgresConnection.connect(space.database)
        try await speaker.execute("select pg_notify(\(one), '')")
        await first.next()
        await second.next()
        try await speaker.execute(
            "select pg_terminate_backend(pid) from pg_stat_activity where application_name = \(space.prefix)")
        await first.next()
        await third.next()
        service.cancel()
        await service.value
        await speaker.close()
    }

    @Test("A listener whose server is away ends when it is cancelled")
    func ends() async throws {
        var nowhere = PostgresConfiguration(host: "/nowhere", user: "nobody", database: "nothing")
        nowhere.connectTimeout = .seconds(1)
        let listener = PostgresListener(nowhere, channels: ["a"])
        let service = Task { await listener.run() }
        service.cancel()
        await service.value
    }
}
