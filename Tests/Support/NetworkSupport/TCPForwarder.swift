import Glibc
import Synchronization

/// Forwards TCP connections to one address, and does to them what networks do.
///
/// Threads of its own: its users look at what happens when the network fails, not at how fast it is.
public final class TCPForwarder: Sendable {
    /// What is passed on at the moment.
    public enum Flow: Sendable {
        /// Everything.
        case open
        /// Nothing, while connections stay open: both ends believe that the other one is there.
        case silent
        /// What the server says, and nothing of what its clients say, as a blocked broker does.
        case holdingClients
        /// What the clients say, and nothing of what the server says: a network that is cut in one direction.
        case holdingServer
        /// The first bytes of whatever comes next, and then the connection is broken.
        case truncating(after: Int)
    }

    fileprivate struct State {
        var connections: [ObjectIdentifier: Connection] = [:]
        var flow = Flow.open
        var delayMicroseconds: UInt32 = 0
        var isClosed = false
        var isRefusing = false
    }

    /// Where clients connect to.
    public let port: Int
    private let listener: Int32
    private let target: (host: String, port: Int)
    private let state = Mutex(State())

    /// Listens on a free port of the loopback.
    ///
    /// - Parameter host: only named; connections go to the loopback.
    public init(to host: String, port targetPort: Int) {
        target = (host, targetPort)
        let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        var address = Self.address(port: 0)
        let size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let bound = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { bind(listener, $0, size) }
        }
        precondition(bound == 0 && listen(listener, 64) == 0, "no free port")
        var length = size
        withUnsafeMutablePointer(to: &address) {
            _ = $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { getsockname(listener, $0, &length) }
        }
        self.listener = listener
        port = Int(UInt16(bigEndian: address.sin_port))
        Self.thread { self.accept() }
    }

    /// Breaks every connection, each in the orderly way.
    public func cut() {
        for connection in connections { connection.shutDown(Int32(SHUT_RDWR)) }
    }

    /// Breaks every connection with a reset: what was on its way is gone.
    public func reset() {
        for connection in connections { connection.reset() }
    }

    /// Ends every connection once what its client has said is passed on.
    public func end() {
        // What has arrived can still be read after this, then the stream ends.
        for connection in connections { connection.endClient() }
    }

    /// Says what is passed on from now on.
    public func setFlow(_ flow: Flow) {
        state.withLock { $0.flow = flow }
    }

    /// Keeps connections open and passes nothing on, or passes on again.
    public func setSilent(_ isSilent: Bool) {
        setFlow(isSilent ? .silent : .open)
    }

    /// Passes on what the server says, and reads nothing of what its clients say, as a blocked broker does.
    public func setHolding(_ isHolding: Bool) {
        setFlow(isHolding ? .holdingClients : .open)
    }

    /// Lets everything wait before it is passed on.
    public func setDelay(milliseconds: Int) {
        state.withLock { $0.delayMicroseconds = UInt32(milliseconds) * 1000 }
    }

    /// Says something to every client in the server's place; only while the server itself says nothing.
    public func inject(_ bytes: [UInt8]) {
        for connection in connections { connection.tellClient(bytes) }
    }

    /// Closes new connections at once, or lets them through again.
    public func setRefusing(_ isRefusing: Bool) {
        state.withLock { $0.isRefusing = isRefusing }
    }

    /// Takes no more connections, and breaks those that are open.
    public func close() {
        state.withLock { $0.isClosed = true }
        shutdown(listener, Int32(SHUT_RDWR))
        cut()
    }

    private var connections: [Connection] { state.withLock { Array($0.connections.values) } }

    private func accept() {
        while true {
            let client = Glibc.accept(listener, nil, nil)
            if client < 0, [EINTR, ECONNABORTED, EMFILE].contains(errno), !state.withLock(\.isClosed) { continue }
            guard client >= 0, !state.withLock(\.isClosed) else { break }
            guard !state.withLock(\.isRefusing), let server = connectToTarget() else {
                Glibc.close(client)
                continue
            }
            for socket in [client, server] {
                var one: Int32 = 1
                setsockopt(socket, Int32(IPPROTO_TCP), TCP_NODELAY, &one, socklen_t(MemoryLayout<Int32>.size))
            }
            let connection = Connection(client: client, server: server)
            state.withLock { $0.connections[ObjectIdentifier(connection)] = connection }
            Self.thread { self.pump(connection, fromClient: true) }
            Self.thread { self.pump(connection, fromClient: false) }
        }
        Glibc.close(listener)
    }

    private func connectToTarget() -> Int32? {
        let server = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        var address = Self.address(port: UInt16(target.port))
        let connected = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(server, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        if connected != 0 { Glibc.close(server) }
        return connected == 0 ? server : nil
    }

    private func pump(_ connection: Connection, fromClient: Bool) {
        let (from, to) = fromClient ? (connection.client, connection.server) : (connection.server, connection.client)
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = recv(from, &buffer, buffer.count, 0)
            let delay = state.withLock(\.delayMicroseconds)
            if delay > 0 { usleep(delay) }
            // Of an end, too, nothing is heard meanwhile.
            while state.withLock({ $0.holds(fromClient) && !$0.isClosed }), connection.isOpen { usleep(10_000) }
            guard count > 0 else { break }
            if case .truncating(let bytes) = state.withLock(\.flow) {
                send(to, buffer, min(bytes, count), Int32(MSG_NOSIGNAL))
                break
            }
            guard Self.sendAll(to, buffer, count) else { break }
        }
        connection.shutDown(Int32(SHUT_RDWR))
        if connection.leave() {
            state.withLock { state in
                state.connections[ObjectIdentifier(connection)] = nil
            }
            connection.close()
        }
    }

    private static func sendAll(_ socket: Int32, _ buffer: [UInt8], _ count: Int) -> Bool {
        var sent = 0
        while sent < count {
            let more = buffer.withUnsafeBytes { bytes in
                send(socket, bytes.baseAddress.map { $0 + sent }, count - sent, Int32(MSG_NOSIGNAL))
            }
            guard more > 0 else { return false }
            sent += more
        }
        return true
    }

    private static func address(port: UInt16) -> sockaddr_in {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        return address
    }

    private static func thread(_ body: @escaping @Sendable () -> Void) {
        final class Box: Sendable {
            let body: @Sendable () -> Void
            init(_ body: @escaping @Sendable () -> Void) { self.body = body }
        }
        var thread = pthread_t()
        pthread_create(
            &thread, nil,
            { context in
                Unmanaged<Box>.fromOpaque(context!).takeRetainedValue().body()
                return nil
            }, Unmanaged.passRetained(Box(body)).toOpaque())
        pthread_detach(thread)
    }
}

extension TCPForwarder.State {
    fileprivate func holds(_ fromClient: Bool) -> Bool {
        switch flow {
        case .open, .truncating: false
        case .silent: true
        case .holdingClients: fromClient
        case .holdingServer: !fromClient
        }
    }
}

/// Both ends of a forwarded connection; they are closed once nobody reads from them any more, so that no number is used
/// for another socket meanwhile.
private final class Connection: Sendable {
    private struct State {
        var pumps = 2
        var isOpen = true
        var isClosed = false
    }

    let client: Int32
    let server: Int32
    private let state = Mutex(State())

    init(client: Int32, server: Int32) {
        self.client = client
        self.server = server
    }

    var isOpen: Bool { state.withLock(\.isOpen) }

    func shutDown(_ how: Int32) {
        state.withLock { state in
            state.isOpen = false
            guard !state.isClosed else { return }
            for socket in [client, server] { shutdown(socket, how) }
        }
    }

    func reset() {
        state.withLock { state in
            state.isOpen = false
            guard !state.isClosed else { return }
            // A connection to an unspecified address is dissolved at once, with a reset to the other end.
            var nowhere = sockaddr()
            nowhere.sa_family = sa_family_t(AF_UNSPEC)
            for socket in [client, server] { connect(socket, &nowhere, socklen_t(MemoryLayout<sockaddr>.size)) }
        }
        shutDown(Int32(SHUT_RDWR))
    }

    func endClient() {
        state.withLock { state in
            if !state.isClosed { shutdown(client, Int32(SHUT_RD)) }
        }
    }

    func tellClient(_ bytes: [UInt8]) {
        state.withLock { state in
            if !state.isClosed { send(client, bytes, bytes.count, Int32(MSG_NOSIGNAL)) }
        }
    }

    /// Whether the last of the two pumps has left.
    func leave() -> Bool {
        state.withLock { state in
            state.pumps -= 1
            return state.pumps == 0
        }
    }

    func close() {
        state.withLock { state in
            state.isClosed = true
            Glibc.close(client)
            Glibc.close(server)
        }
    }
}
