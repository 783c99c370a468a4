internal import CRabbitMQ
internal import Glibc

/// Owns one connection of the C library.
///
/// Not thread-safe, as the library is not: "an amqp_connection_state_t … must not be shared between threads". It is
/// confined to the actor that holds it. Every call blocks, and every call is bounded: connecting by the configuration's
/// `connectTimeout`, synchronous calls by `callTimeout`, sends by the socket's user time-out. After any error but
/// `notFound`, `topologyMismatch` and `channelClosed` the handle is of no use and must be dropped.
final class AMQPHandle {
    /// A channel for questions whose wrong answer closes the channel.
    static let scratchChannel: amqp_channel_t = 2
    /// The frame size that we ask for; the library's own default.
    static let frameMax: Int32 = 131_072

    let connection: amqp_connection_state_t
    /// The one channel of messages; a new one gets the other number, so that frames left of the old one are told apart.
    private(set) var channel: amqp_channel_t = 3
    var assembly = MessageAssembly()
    var scratch = PublishScratch()

    /// Connects and logs in.
    init(_ configuration: RabbitConfiguration, name: String) throws(RabbitError) {
        Self.ignoreBrokenPipes
        guard let connection = amqp_new_connection() else {
            throw RabbitError(.unreachable, operation: "connecting", detail: "no memory for a connection")
        }
        self.connection = connection
        var limit = timeval(configuration.connectTimeout)
        amqp_set_handshake_timeout(connection, &limit)
        var callLimit = timeval(configuration.callTimeout)
        amqp_set_rpc_timeout(connection, &callLimit)
        try openSocket(configuration, limit: &limit)
        let user = configuration.publishTimeout.components.seconds
        shim_bound_sends(descriptor, UInt32(clamping: max(5, user) * 1000))
        try logIn(configuration, name: name)
    }

    deinit {
        amqp_destroy_connection(connection)
    }

    /// The socket, to poll it.
    var descriptor: Int32 { amqp_get_sockfd(connection) }

    func turnChannel() {
        channel = channel == 1 ? 3 : 1
        assembly.reset()
    }

    // OpenSSL writes without MSG_NOSIGNAL; a broken connection must not end the process.
    private static let ignoreBrokenPipes: Void = {
        var action = sigaction()
        sigaction(SIGPIPE, nil, &action)
        if action.__sigaction_handler.sa_handler == nil { signal(SIGPIPE, SIG_IGN) }
    }()

    private func openSocket(_ configuration: RabbitConfiguration, limit: inout timeval) throws(RabbitError) {
        let operation = "connecting to \(configuration)"
        let socket: OpaquePointer?
        if let tls = configuration.tls {
            socket = try tlsSocket(tls, operation)
        } else {
            socket = amqp_tcp_socket_new(connection)
        }
        guard let socket else {
            throw RabbitError(.unreachable, operation: operation, detail: "no memory for a socket")
        }
        let status = amqp_socket_open_noblock(socket, configuration.host, Int32(configuration.port), &limit)
        guard status == AMQP_STATUS_OK.rawValue else {
            throw RabbitError(
                Self.code(connecting: status), operation: operation, detail: Self.text(status))
        }
    }

    private func tlsSocket(_ tls: RabbitConfiguration.TLS, _ operation: String) throws(RabbitError) -> OpaquePointer? {
        guard let socket = amqp_ssl_socket_new(connection) else { return nil }
        guard amqp_ssl_socket_set_cacert(socket, tls.authoritiesFile) == AMQP_STATUS_OK.rawValue else {
            throw RabbitError(
                .tlsFailed, operation: operation, detail: "no certificate authority in \(tls.authoritiesFile)")
        }
        if let identity = tls.identity,
            amqp_ssl_socket_set_key(socket, identity.certificateFile, identity.keyFile) != AMQP_STATUS_OK.rawValue
        {
            throw RabbitError(
                .tlsFailed, operation: operation,
                detail: "\(identity.certificateFile) and \(identity.keyFile) are no certificate and its key")
        }
        amqp_ssl_socket_set_verify_peer(socket, tls.verifies ? 1 : 0)
        amqp_ssl_socket_set_verify_hostname(socket, tls.verifies ? 1 : 0)
        amqp_ssl_socket_set_ssl_versions(socket, AMQP_TLSv1_2, AMQP_TLSvLATEST)
        return socket
    }

    private func logIn(_ configuration: RabbitConfiguration, name: String) throws(RabbitError) {
        let properties = AMQPTable([
            ("connection_name", .text(name)),
            ("product", .text("Plumbline")),
            ("capabilities", .table([("consumer_cancel_notify", .flag(true)), ("connection.blocked", .flag(true))])),
        ])
        let heartbeat = Int32(clamping: max(1, configuration.heartbeat.components.seconds))
        let reply = properties.withTable { table in
            withUnsafePointer(to: table) { table in
                shim_login(
                    connection, configuration.virtualHost, 8, Self.frameMax, heartbeat, table, configuration.user,
                    configuration.password)
            }
        }
        try check(reply, on: 0, "logging in at \(configuration)")
    }

    private static func code(connecting status: Int32) -> RabbitError.Code {
        switch status {
        case AMQP_STATUS_TIMEOUT.rawValue: .timedOut
        case AMQP_STATUS_SSL_ERROR.rawValue, AMQP_STATUS_SSL_PEER_VERIFY_FAILED.rawValue,
            AMQP_STATUS_SSL_HOSTNAME_VERIFY_FAILED.rawValue, AMQP_STATUS_SSL_CONNECTION_FAILED.rawValue:
            .tlsFailed
        default: .unreachable
        }
    }
}
