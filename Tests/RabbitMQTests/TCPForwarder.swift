import Glibc
import Synchronization

/// Forwards TCP connections to one address, so that a test can cut them or let them go silent.
///
/// Threads of its own: the tests look at what happens when the network fails, not at how fast it is.
final class TCPForwarder: Sendable {
    private struct State {
        var clients: [Int32] = []
        var servers: [Int32] = []
        var isClosed = false
        var isSilent = false
        var isHolding = false
        var isRefusing = false
    }

    let port: Int
    private let listener: Int32
    private let target: (host: String, port: Int)
    private let state = Mutex(State())

    init(to host: String, port targetPort: Int) {
        target = (host, targetPort)
        let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
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

    /// Breaks every connection.
    func cut() {
        state.withLock { state in
            for socket in state.clients + state.servers { shutdown(socket, Int32(SHUT_RDWR)) }
        }
    }

    /// Ends every connection once what its client has said is passed on.
    func end() {
        // What has arrived can still be read after this, then the stream ends.
        for client in state.withLock(\.clients) { shutdown(client, Int32(SHUT_RD)) }
    }

    /// Keeps connections open and passes nothing on, or passes on again.
    func setSilent(_ isSilent: Bool) {
        state.withLock { $0.isSilent = isSilent }
    }

    /// Passes on what the server says, and reads nothing of what its clients say, as a blocked broker does.
    func setHolding(_ isHolding: Bool) {
        state.withLock { $0.isHolding = isHolding }
    }

    /// Says something to every client in the server's place; only while the server itself says nothing.
    func inject(_ bytes: [UInt8]) {
        for client in state.withLock(\.clients) { send(client, bytes, bytes.count, Int32(MSG_NOSIGNAL)) }
    }

    /// Closes new connections at once, or lets them through again.
    func setRefusing(_ isRefusing: Bool) {
        state.withLock { $0.isRefusing = isRefusing }
    }

    func close() {
        state.withLock { $0.isClosed = true }
        shutdown(listener, Int32(SHUT_RDWR))
        cut()
    }

    private func accept() {
        while true {
            let client = Glibc.accept(listener, nil, nil)
            guard client >= 0, !state.withLock(\.isClosed) else { break }
            guard !state.withLock(\.isRefusing), let server = connectToTarget() else {
                Glibc.close(client)
                continue
            }
            state.withLock { state in
                state.clients.append(client)
                state.servers.append(server)
            }
            Self.thread { self.pump(client, server) { $0.isSilent || $0.isHolding } }
            Self.thread { self.pump(server, client) { $0.isSilent } }
        }
        Glibc.close(listener)
    }

    private func connectToTarget() -> Int32? {
        let server = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = Self.address(port: UInt16(target.port))
        let connected = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(server, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        return connected == 0 ? server : nil
    }

    private func pump(_ from: Int32, _ to: Int32, isHeld: (borrowing State) -> Bool) {
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = recv(from, &buffer, buffer.count, 0)
            guard count > 0 else { break }
            while state.withLock({ isHeld($0) && !$0.isClosed }) { usleep(10_000) }
            guard send(to, buffer, count, Int32(MSG_NOSIGNAL)) == count else { break }
        }
        // The descriptors stay open until the process ends, so that no number is used for another socket meanwhile.
        shutdown(from, Int32(SHUT_RDWR))
        shutdown(to, Int32(SHUT_RDWR))
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
