import Foundation

/// What befalls a single quorum queue.
extension PrivateBroker {
    /// Leaves a queue as a kill within half a second of its declaration does: declared, empty and without a leader.
    ///
    /// Its member is removed, and the node is told to recover the queue, as it does at its start.
    public func behead(_ queue: String) async throws {
        try await evaluate(
            """
            {ok, Q} = rabbit_amqqueue:lookup(rabbit_misc:r(<<"/">>, queue, <<"\(queue)">>)),
            ok = ra:force_delete_server(quorum_queues, amqqueue:get_pid(Q)),
            {[_], []} = rabbit_quorum_queue:recover(<<"/">>, [Q]).
            """)
    }

    /// Lets a queue stand still while `body` runs, as if it had too much to do.
    public func withSuspended(_ queue: String, _ body: () async throws -> Void) async throws {
        try await evaluate(
            """
            register(plumbline_suspender, spawn(fun() ->
                true = erlang:suspend_process(whereis('%2F_\(queue)')), receive resume -> ok end end)).
            """)
        try await body()
        // With the process that has suspended it, the suspension ends.
        try await evaluate("plumbline_suspender ! resume.")
    }

    /// Has the node evaluate an Erlang expression.
    private func evaluate(_ expression: String) async throws {
        try await Surroundings.run(
            "rabbitmqctl", [Self.programs + "/rabbitmqctl", "eval", expression], adding: environment,
            log: folder.appending(path: "rabbitmqctl.log"))
    }
}
