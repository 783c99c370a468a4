import Foundation
import NetworkSupport
import Synchronization
import SystemSupport

/// The proxies between the services and everything that they speak to.
final class Links: Sendable {
    private let forwarders: Mutex<[String: TCPForwarder]>

    /// Stands before the two servers; vendors come once they serve.
    init(servers: SystemServers) {
        var forwarders: [String: TCPForwarder] = [:]
        for (name, url) in [("sql", servers.databaseURL), ("amqp", servers.brokerURL)] {
            forwarders[name] = TCPForwarder(to: "127.0.0.1", port: URLComponents(string: url)?.port ?? 0)
        }
        self.forwarders = Mutex(forwarders)
    }

    /// The servers as the services reach them.
    func servers(_ servers: SystemServers) -> SystemServers {
        var reached = servers
        reached.databaseURL = Self.replacing(servers.databaseURL, self["sql"])
        reached.brokerURL = Self.replacing(servers.brokerURL, self["amqp"])
        return reached
    }

    /// Stands before a vendor; gives the port.
    func route(_ vendor: String, _ port: Int) -> Int {
        let forwarder = TCPForwarder(to: "127.0.0.1", port: port)
        forwarders.withLock { $0[vendor] = forwarder }
        return forwarder.port
    }

    subscript(name: String) -> TCPForwarder? { forwarders.withLock { $0[name] } }

    /// Lets everything through again.
    func heal() {
        for forwarder in forwarders.withLock({ Array($0.values) }) {
            forwarder.setFlow(.open)
            forwarder.setRefusing(false)
            forwarder.setDelay(milliseconds: 0)
        }
    }

    func close() {
        for forwarder in forwarders.withLock({ Array($0.values) }) { forwarder.close() }
    }

    private static func replacing(_ url: String, _ forwarder: TCPForwarder?) -> String {
        // Not by URLComponents, which would write the escapes of the path anew.
        guard let forwarder, let port = URLComponents(string: url)?.port else { return url }
        return url.replacing("@127.0.0.1:\(port)", with: "@127.0.0.1:\(forwarder.port)")
    }
}
