/// How a system of processes is set up.
public struct SystemSettings: Sendable {
    /// How many processes of each service run; 0 for none.
    public var replicas: [SystemService: Int] = [:]
    /// After how many seconds a request counts as settled at the vendor: the takeover of a dead process' work waits for it.
    public var requestCeiling = 3
    /// Whether the vendors' rate limits are only counted.
    public var liftsLimits = false
    /// How long each request to a vendor takes before it is carried out.
    public var latencyMilliseconds = 0
    /// The seed of the vendors' ids and chances.
    public var seed: UInt64 = 1
    /// More of the environment of a service.
    public var environment: [SystemService: [String: String]] = [:]
    /// More lines of a connection's declaration, by its name.
    public var declarations: [String: String] = [:]
    /// The connections whose files have no token: somebody is to connect them.
    public var unconnected: Set<String> = []
    /// Where the services reach a vendor that serves on a port: another port, when something stands in between.
    public var route: @Sendable (_ vendor: String, _ port: Int) -> Int = { _, port in port }
    /// What runs in a service's place, with the same environment: the program and its arguments.
    public var commands: [SystemService: [String]] = [:]
    /// The folder of the `plumbline` that migrates, where it is of another release; nil for this build's.
    public var migrator: String?
    /// Where the services reach the servers, when something stands in between; nil for the servers themselves.
    public var serversOfServices: SystemServers?

    /// One process of each service.
    public init() {}
}
