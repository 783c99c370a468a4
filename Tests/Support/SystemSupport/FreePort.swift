import Glibc
import Synchronization

/// Picks loopback ports for processes that must keep theirs over a restart.
///
/// They are below the range from which the kernel gives ports to outgoing connections, so that nothing takes one while
/// its process is down.
public enum FreePort {
    private static let taken = Mutex<Set<UInt16>>([])

    /// Returns a port that nobody listens on and that no other call of this process has got.
    public static func take() -> Int {
        while true {
            let port = UInt16.random(in: 12_000..<32_000)
            let isNew = taken.withLock { $0.insert(port).inserted }
            if isNew, isFree(port) { return Int(port) }
        }
    }

    private static func isFree(_ port: UInt16) -> Bool {
        let socket = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        guard socket >= 0 else { return false }
        defer { close(socket) }
        // A port whose earlier connections are only waiting out their end is free for a server.
        var one: Int32 = 1
        setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &one, socklen_t(MemoryLayout<Int32>.size))
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        return withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
                bind(socket, pointer, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0 && listen(socket, 1) == 0
            }
        }
    }
}
