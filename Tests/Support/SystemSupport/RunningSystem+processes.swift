extension RunningSystem {
    /// The id of a service's process.
    ///
    /// - Throws: when it does not run.
    public func processID(of service: SystemService, replica: Int = 0) throws -> Int32 {
        try process(service, replica).running().pid
    }
}
