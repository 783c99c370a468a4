import Glibc

/// A proxy for CONNECT to the loopback: connects and copies, or refuses with a status of the test's choice.
struct ProxyServer {
    private let server: LoopbackServer

    init(answer: String?) {
        server = LoopbackServer { peer in
            guard let request = peer.readRequest() else { return }
            if let answer { return peer.answer(answer) }
            let port = request.target.split(separator: ":").last.flatMap { UInt16($0) } ?? 0
            let other = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
            defer { close(other) }
            var address = sockaddr_in()
            address.sin_family = sa_family_t(AF_INET)
            address.sin_port = port.bigEndian
            address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
            let failure = withUnsafePointer(to: &address) { pointer in
                pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    connect(other, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
                }
            }
            guard failure == 0 else { return peer.answer("502 Bad Gateway") }
            peer.write("HTTP/1.1 200 Connection established\r\n\r\n")
            peer.relay(to: other)
        }
    }

    var port: UInt16 { server.port }
    var received: [RawRequest] { server.received }

    func stop() {
        server.stop()
    }
}
