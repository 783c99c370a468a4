import Messaging
import Testing

@Suite("Routing keys")
struct RoutingKeyTests {
    @Test("Events and commands have three words")
    func words() throws {
        #expect(
            try RoutingKey.event(role: "crm", entity: "customer", change: "changed").description
                == "crm.customer.changed")
        let command = try RoutingKey.command(connection: "jobber-main", entity: "job", verb: "apply")
        #expect(command.words == ["jobber-main", "job", "apply"])
        #expect(try RoutingKey(parsing: command.description) == command)
    }

    @Test(
        "A word that would shift or widen the routing is refused", arguments: ["", "a.b", "*", "#", "a b", "é", "a/b"])
    func refused(_ word: String) {
        let error = #expect(throws: RoutingKey.Invalid.self) {
            try RoutingKey.command(connection: word, entity: "job", verb: "apply")
        }
        #expect(error?.description.contains("no routing key") == true)
    }

    @Test("A key has words, and at most 255 bytes")
    func length() {
        #expect(throws: RoutingKey.Invalid.self) { try RoutingKey([]) }
        #expect(throws: RoutingKey.Invalid.self) { try RoutingKey([String(repeating: "k", count: 256)]) }
        #expect(throws: Never.self) { try RoutingKey([String(repeating: "k", count: 255)]) }
    }

    @Test(
        "Patterns match as a topic exchange does",
        arguments: [
            ("crm.customer.changed", "crm.#", true), ("crm", "crm.#", true), ("crmx.a", "crm.#", false),
            ("a.b.c", "#", true), ("", "#", true), ("a.b.c", "a.*.c", true), ("a.b.b.c", "a.*.c", false),
            ("a.c", "a.#.c", true), ("a.x.y.c", "a.#.c", true), ("a.x.y", "a.#.c", false), ("a.b", "a.b", true),
            ("a.b", "a", false), ("a", "a.b", false), ("a.b", "*.*", true), ("a", "*.*", false), ("a.b", "#.#", true),
        ])
    func patterns(_ key: String, _ pattern: String, _ matches: Bool) {
        #expect(RoutingKey.matches(key: key, pattern: pattern) == matches)
    }
}
