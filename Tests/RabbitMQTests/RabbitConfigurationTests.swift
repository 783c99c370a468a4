import Foundation
import Testing

@testable import RabbitMQ

@Suite("The broker's URL")
struct RabbitConfigurationTests {
    @Test("All parts are read, and decoded")
    func parts() throws {
        let configuration = try RabbitConfiguration(
            url: "amqp://us%40er:p%3Ass%2Fword@broker.example:5673/my%2Fhost?heartbeat=30&connection_timeout=1500")
        #expect(configuration.user == "us@er")
        #expect(configuration.password == "p:ss/word")
        #expect(configuration.host == "broker.example")
        #expect(configuration.port == 5673)
        #expect(configuration.virtualHost == "my/host")
        #expect(configuration.heartbeat == .seconds(30))
        #expect(configuration.connectTimeout == .milliseconds(1500))
        #expect(configuration.tls == nil)
    }

    @Test("What is left out has its default", arguments: ["amqp://u:p@h", "amqp://u:p@h/", "amqp://u:p@h:5672/%2F"])
    func defaults(_ url: String) throws {
        let configuration = try RabbitConfiguration(url: url)
        #expect(configuration == RabbitConfiguration(host: "h", port: 5672, user: "u", password: "p"))
    }

    @Test("An address of IPv6 stands in brackets")
    func ipv6() throws {
        #expect(try RabbitConfiguration(url: "amqp://u:p@[::1]:99").host == "::1")
        #expect(try RabbitConfiguration(url: "amqp://u:p@[::1]:99").port == 99)
        #expect(try RabbitConfiguration(url: "amqp://u:p@[::1]").port == 5672)
    }

    @Test("The nodes of a cluster stand side by side, and are taken in turn")
    func nodes() throws {
        let configuration = try RabbitConfiguration(url: "amqp://u:p@one,[::1]:99,two:5673/v")
        #expect(configuration.description == "amqp://u:***@one:5672,::1:99,two:5673/v")
        let turns = (0..<4).map { configuration.node($0) }
        #expect(turns.map(\.host) == ["one", "::1", "two", "one"])
        #expect(turns.map(\.port) == [5672, 99, 5673, 5672])
        #expect(turns.allSatisfy { $0.otherNodes.isEmpty && $0.user == "u" && $0.virtualHost == "v" })
        #expect(throws: RabbitError.self) { try RabbitConfiguration(url: "amqp://u:p@one,,two") }
    }

    @Test("amqps verifies unless told otherwise")
    func tls() throws {
        let file = #filePath
        let configuration = try RabbitConfiguration(url: "amqps://u:p@h?cacertfile=\(file)")
        #expect(configuration.port == 5671)
        #expect(configuration.tls == .init(authoritiesFile: file, verifies: true))
        let lax = try RabbitConfiguration(url: "amqps://u:p@h?cacertfile=\(file)&verify=verify_none")
        #expect(lax.tls?.verifies == false)
        #expect(lax.description.contains("verify_none"))
        let mutual = try RabbitConfiguration(url: "amqps://u:p@h?cacertfile=\(file)&certfile=\(file)&keyfile=\(file)")
        #expect(mutual.tls?.identity == .init(certificateFile: file, keyFile: file))
    }

    @Test("The password is in no description, dump or error")
    func redaction() throws {
        let configuration = try RabbitConfiguration(url: "amqp://user:geheim@h/v")
        #expect(configuration.description == "amqp://user:***@h:5672/v")
        var dumped = ""
        dump(configuration, to: &dumped)
        for text in [configuration.description, configuration.debugDescription, "\(configuration)", dumped] {
            #expect(!text.contains("geheim"))
        }
        for url in [
            "amqp://user:geheim@h:0/v", "amqp://user:geheim%zz@h", "http://user:geheim@h", "amqp://user:geheim",
        ] {
            let error = #expect(throws: RabbitError.self) { try RabbitConfiguration(url: url) }
            #expect(error?.code == .invalidConfiguration)
            #expect(error?.description.contains("geheim") == false)
        }
    }

    @Test(
        "What makes no sense is refused with its reason",
        arguments: [
            ("redis://u:p@h", "neither amqp:// nor amqps://"),
            ("amqp://h:5672", "names no user"),
            ("amqp://:p@h", "the user is empty"),
            ("amqp://u:p@", "the host is empty"),
            ("amqp://u:p@h:port", "port is \"port\", not a number from 1 to 65535"),
            ("amqp://u:p@h:70000", "not a number from 1 to 65535"),
            ("amqp://u:p@[::1]x", "only :port"),
            ("amqp://u:p@h/%FF", "the virtual host is not UTF-8"),
            ("amqp://u:p@h/a%00b", "the virtual host is not UTF-8"),
            ("amqp://u:p@h?heartbeat=0", "heartbeat is \"0\""),
            ("amqp://u:p@h?verify=verify_none", "unknown for amqp"),
            ("amqps://u:p@h?verify=maybe", "verify=maybe is unknown"),
            ("amqps://u:p@h?cacertfile=/no/such/file", "/no/such/file cannot be read"),
            ("amqps://u:p@h?certfile=/etc/hosts", "belong together"),
        ])
    func refusals(_ url: String, _ reason: String) {
        let error = #expect(throws: RabbitError.self) { try RabbitConfiguration(url: url) }
        #expect(error?.detail.contains(reason) == true, "\(String(describing: error))")
        #expect(error?.isTransient == false)
    }
}
