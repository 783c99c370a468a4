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

    /// Takes a queue's process away, as it is missing where a kill came right after the queue was declared anew.
    public func takeProcess(of queue: String) async throws {
        try await evaluate(
            """
            {ok, Q} = rabbit_amqqueue:lookup(rabbit_misc:r(<<"/">>, queue, <<"\(queue)">>)),
            ok = ra:stop_server(quorum_queues, amqqueue:get_pid(Q)).
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

    /// Puts the broker into its memory alarm, in which it takes nothing from publishers, or out of it.
    public func setMemoryAlarm(_ isOn: Bool) async throws {
        try await control(["set_vm_memory_high_watermark", isOn ? "0.00001" : "0.4"])
    }

    /// Has the node evaluate an Erlang expression.
    private func evaluate(_ expression: String) async throws {
        try await control(["eval", expression])
    }
}
