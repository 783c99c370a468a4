/// Says where the broker is and how long to wait for it.
public struct RabbitConfiguration: Sendable, Equatable, CustomStringConvertible {
    /// How the broker's certificate is checked.
    public struct TLS: Sendable, Equatable {
        /// The file of certificate authorities to trust.
        public var authoritiesFile: String
        /// Whether certificate and host name are verified; only a test has a reason not to.
        public var verifies: Bool
        /// Our own certificate and key, for a broker that asks for them.
        public var identity: Identity?

        /// Creates the settings.
        public init(authoritiesFile: String, verifies: Bool = true, identity: Identity? = nil) {
            self.authoritiesFile = authoritiesFile
            self.verifies = verifies
            self.identity = identity
        }

        /// A client certificate.
        public struct Identity: Sendable, Equatable {
            /// The PEM file of the certificate chain.
            public var certificateFile: String
            /// The PEM file of its private key.
            public var keyFile: String

            /// Creates an identity.
            public init(certificateFile: String, keyFile: String) {
                self.certificateFile = certificateFile
                self.keyFile = keyFile
            }
        }
    }

    /// One node of the broker.
    public struct Node: Sendable, Equatable {
        /// Its host name or address.
        public var host: String
        /// Its port.
        public var port: Int

        /// Names a node.
        public init(host: String, port: Int) {
            self.host = host
            self.port = port
        }
    }

    /// The broker's host name or address.
    public var host: String
    /// Its port.
    public var port: Int
    /// The other nodes of a cluster; a connection that fails is made to the next one.
    public var otherNodes: [Node] = []
    /// The virtual host.
    public var virtualHost: String
    /// The user.
    public var user: String
    /// The password; never printed.
    public var password: String
    /// Nil for plain TCP.
    public var tls: TLS?
    /// How often each side shows that it is alive, in whole seconds; a side silent for two intervals is given up.
    public var heartbeat: Duration = .seconds(10)
    /// The limit of connecting, handshakes included.
    public var connectTimeout: Duration = .seconds(5)
    /// The limit of a synchronous call (declare, open, close).
    public var callTimeout: Duration = .seconds(10)
    /// After this time a publish without an answer is `unknown`.
    ///
    /// A connection that is just being made or declares its topology notices later, by those calls' own limits.
    public var publishTimeout: Duration = .seconds(30)
    /// How many messages may wait for their confirm at once.
    public var confirmWindow = 2_000

    /// Creates a configuration for a broker on this host or elsewhere.
    public init(
        host: String, port: Int, virtualHost: String = "/", user: String, password: String, tls: TLS? = nil
    ) {
        self.host = host
        self.port = port
        self.virtualHost = virtualHost
        self.user = user
        self.password = password
        self.tls = tls
    }

    /// Where the broker is, without the password.
    public var description: String {
        let scheme = tls == nil ? "amqp" : "amqps"
        let path = virtualHost == "/" ? "" : "/\(virtualHost)"
        let unverified = tls?.verifies == false ? "?verify=verify_none" : ""
        let addresses = nodes.map { "\($0.host):\($0.port)" }.joined(separator: ",")
        return "\(scheme)://\(user):***@\(addresses)\(path)\(unverified)"
    }

    private var nodes: [Node] { [Node(host: host, port: port)] + otherNodes }

    /// How many nodes there are.
    var nodeCount: Int { nodes.count }

    /// The same, for one node only.
    ///
    /// - Parameter turn: counts through the nodes, round and round; not below zero.
    func node(_ turn: Int) -> RabbitConfiguration {
        let node = nodes[turn % nodes.count]
        var configuration = self
        configuration.host = node.host
        configuration.port = node.port
        configuration.otherNodes = []
        return configuration
    }
}

extension RabbitConfiguration: CustomDebugStringConvertible, CustomReflectable {
    /// The same as the description, so that no dump shows the password.
    public var debugDescription: String { description }

    /// A mirror with the description alone, so that no dump shows the password.
    public var customMirror: Mirror { Mirror(self, children: ["url": description]) }
}
