import Foundation
import Glibc
import Synchronization

/// A server on a free port of the loopback, each of whose connections is run by a closure on a thread of its own: it
/// can misbehave in any way.
final class LoopbackServer: Sendable {
    let port: UInt16
    private let listener: Int32
    private let state = Mutex(State())
    let requests: AsyncStream<RawRequest>
    private let announce: AsyncStream<RawRequest>.Continuation

    private struct State {
        var connections = 0
        var open = 0
        var mostOpen = 0
        var received: [RawRequest] = []
    }

    init(_ serve: @escaping @Sendable (Peer) -> Void) {
        listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        port = bindToLoopback(listener)
        precondition(listen(listener, 64) == 0)
        (requests, announce) = AsyncStream.makeStream()
        let listener = listener
        Thread.detachNewThread { [self] in
            // Closed by its only user: another server's listener might get the number while we are about to accept.
            defer { close(listener) }
            while true {
                let descriptor = accept(listener, nil, nil)
                guard descriptor >= 0 else { return }
                var one: Int32 = 1
                setsockopt(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &one, socklen_t(MemoryLayout<Int32>.size))
                let number = state.withLock { state in
                    state.connections += 1
                    state.open += 1
                    state.mostOpen = max(state.mostOpen, state.open)
                    return state.connections
                }
                Thread.detachNewThread { [self] in
                    let peer = Peer(descriptor: descriptor, number: number) { request in
                        self.state.withLock { $0.received.append(request) }
                        self.announce.yield(request)
                    }
                    serve(peer)
                    peer.close()
                    state.withLock { $0.open -= 1 }
                }
            }
        }
    }

    var url: String { "http://127.0.0.1:\(port)" }
    var connections: Int { state.withLock { $0.connections } }
    var mostOpen: Int { state.withLock { $0.mostOpen } }
    var received: [RawRequest] { state.withLock { $0.received } }

    func stop() {
        shutdown(listener, Int32(SHUT_RDWR))
    }

    /// A port on which nobody listens, and which nobody else gets while the result lives.
    static func refusingPort() -> (port: UInt16, descriptor: Int32) {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        return (bindToLoopback(descriptor), descriptor)
    }
}

private func bindToLoopback(_ descriptor: Int32) -> UInt16 {
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    return withUnsafeMutablePointer(to: &address) { pointer in
        pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { generic in
            precondition(bind(descriptor, generic, length) == 0)
            getsockname(descriptor, generic, &length)
        }
        return UInt16(bigEndian: pointer.pointee.sin_port)
    }
}

/// A request as it came over the wire.
struct RawRequest: Sendable {
    let head: String
    let body: [UInt8]

    var line: String { head.components(separatedBy: "\r\n")[0] }
    var method: String { line.components(separatedBy: " ")[0] }
    var target: String { line.components(separatedBy: " ")[1] }

    func header(_ name: String) -> String? {
        head.components(separatedBy: "\r\n").dropFirst().first { $0.lowercased().hasPrefix(name.lowercased() + ":") }
            .map { $0.dropFirst(name.count + 1).trimmingCharacters(in: .whitespaces) }
    }
}

/// The server's end of one connection.
final class Peer {
    let descriptor: Int32
    let number: Int
    private let onRequest: (RawRequest) -> Void
    private var buffered: [UInt8] = []
    private var isClosed = false

    init(descriptor: Int32, number: Int, onRequest: @escaping (RawRequest) -> Void) {
        self.descriptor = descriptor
        self.number = number
        self.onRequest = onRequest
    }

    /// Reads a request with its body; nil at the end of the connection.
    func readRequest() -> RawRequest? {
        let end = Array("\r\n\r\n".utf8)
        while buffered.firstRange(of: end) == nil { guard fill() else { return nil } }
        guard let range = buffered.firstRange(of: end) else { return nil }
        let head = String(decoding: buffered[..<range.lowerBound], as: UTF8.self)
        buffered.removeSubrange(..<range.upperBound)
        let length = RawRequest(head: head, body: []).header("Content-Length").flatMap { Int($0) } ?? 0
        while buffered.count < length { guard fill() else { return nil } }
        let request = RawRequest(head: head, body: Array(buffered[..<length]))
        buffered.removeSubrange(..<length)
        onRequest(request)
        return request
    }

    /// Answers with a body of known length.
    func answer(_ status: String, headers: [String] = [], body: [UInt8] = []) {
        let lines = ["HTTP/1.1 \(status)", "Content-Length: \(body.count)"] + headers
        write(Array((lines.joined(separator: "\r\n") + "\r\n\r\n").utf8) + body)
    }

    @discardableResult
    func write(_ text: String) -> Bool {
        write(Array(text.utf8))
    }

    /// False once the other side is gone.
    @discardableResult
    func write(_ bytes: [UInt8]) -> Bool {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
            guard count > 0 else { return false }
            rest = rest.dropFirst(count)
        }
        return true
    }

    /// Blocks until the other side closes.
    func waitForEnd() {
        while fill() {}
    }

    /// Copies bytes both ways until one side ends.
    func relay(to other: Int32) {
        if !buffered.isEmpty { _ = buffered.withUnsafeBytes { send(other, $0.baseAddress, $0.count, 0) } }
        var chunk = [UInt8](repeating: 0, count: 16384)
        while true {
            var waiting = [
                pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0),
                pollfd(fd: other, events: Int16(POLLIN), revents: 0),
            ]
            poll(&waiting, 2, 10_000)
            for (from, to) in [(0, other), (1, descriptor)] where waiting[from].revents != 0 {
                let count = recv(waiting[from].fd, &chunk, chunk.count, 0)
                guard count > 0, send(to, chunk, count, Int32(MSG_NOSIGNAL)) == count else { return }
            }
        }
    }

    /// Ends the connection with a reset, as a crashing server or a firewall does.
    func reset() {
        var linger = linger(l_onoff: 1, l_linger: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &linger, socklen_t(MemoryLayout<linger>.size))
        close()
    }

    func close() {
        guard !isClosed else { return }
        isClosed = true
        Glibc.close(descriptor)
    }

    private func fill() -> Bool {
        var chunk = [UInt8](repeating: 0, count: 16384)
        let count = recv(descriptor, &chunk, chunk.count, 0)
        guard count > 0 else { return false }
        buffered += chunk[..<count]
        return true
    }
}
