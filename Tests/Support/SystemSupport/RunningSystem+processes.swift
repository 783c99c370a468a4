import Glibc

extension RunningSystem {
    /// The id of a service's process.
    ///
    /// - Throws: when it does not run.
    public func processID(of service: SystemService, replica: Int = 0) throws -> Int32 {
        try process(service, replica).running().pid
    }

    /// Sends a signal to a service's process, if it runs.
    public func send(_ signal: Int32, to service: SystemService, replica: Int = 0) {
        process(service, replica).send(signal)
    }

    /// Whether a service's process was started and runs no more.
    public func hasEnded(_ service: SystemService, replica: Int = 0) -> Bool {
        process(service, replica).hasEnded
    }

    /// Asks a service's process to end, and waits until it has.
    ///
    /// - Returns: its exit code, or 128 and the signal that has ended it.
    public func terminate(_ service: SystemService, within limit: Duration) async throws -> Int32? {
        let child = try process(service, 0).running()
        child.send(SIGTERM)
        try await eventually("the end of \(service)", within: limit) { !child.isRunning }
        return child.exitCode
    }

    /// Waits until a service's process is ready.
    public func isReady(_ service: SystemService) async throws { try await process(service, 0).isReady() }

    /// How many processes of a service there are.
    public func replicas(of service: SystemService) -> Int { settings.replicas[service, default: 1] }
}
