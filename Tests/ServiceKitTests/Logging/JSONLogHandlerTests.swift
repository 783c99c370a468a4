import Foundation
import Logging
import Testing

@testable import ServiceKit

@Suite("The JSON log handler")
struct JSONLogHandlerTests {
    private struct Opaque: CustomStringConvertible, Sendable {
        let description: String
    }

    private func handler(level: Logger.Level = .trace) -> JSONLogHandler {
        JSONLogHandler(service: "router", label: "relay", level: level, writer: LogWriter(descriptor: -1)) {
            1_772_357_400_250
        }
    }

    private func event(
        _ level: Logger.Level, _ message: Logger.Message, _ metadata: Logger.Metadata? = nil, error: (any Error)? = nil
    ) -> LogEvent {
        LogEvent(
            level: level, message: message, error: error, metadata: metadata, source: nil, file: "Router/Relay.swift",
            function: "run", line: 7)
    }

    private func text(_ handler: JSONLogHandler, _ event: LogEvent) -> String {
        String(decoding: handler.line(event), as: UTF8.self)
    }

    @Test("writes one line with its fixed keys first and the metadata in order")
    func line() {
        var handler = handler()
        handler[metadataKey: "queue"] = "router.events"
        let line = text(
            handler,
            event(
                .info, "Published",
                [
                    "attempt": .stringConvertible(3), "correlation.id": "c-1", "queue": "commands.crm",
                    "late": .stringConvertible(true),
                ]
            ))
        #expect(
            line == """
                {"time":"2026-03-01T09:30:00.250Z","level":"info","service":"router","logger":"relay",\
                "message":"Published","attempt":3,"correlation.id":"c-1","late":true,"queue":"commands.crm"}

                """)
    }

    @Test("adds the place and the error from warnings on")
    func warning() {
        let line = text(handler(), event(.warning, "Failed", error: StartupError("no broker")))
        #expect(line.contains(#""error":"no broker""#))
        #expect(line.contains(#""source":"Router/Relay.swift:7""#))
        #expect(!text(handler(), event(.info, "Fine")).contains("source"))
    }

    @Test("keeps every record on one line of valid JSON, whatever it holds")
    func hostile() throws {
        let line = text(
            handler(),
            event(
                .error, "line\nbreak \"quoted\" \\ \u{0} \u{7f} ünïcode 🛠",
                [
                    "message": "shadow",
                    "nested": .dictionary(["b": .array(["x\r\n", .stringConvertible(1.5)]), "a": ""]),
                    "nan": .stringConvertible(Double.nan), "opaque": .stringConvertible(Opaque(description: "\t")),
                ]))
        #expect(line.filter(\.isNewline).count == 1)
        let object = try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
        #expect(object["message"] as? String == "line\nbreak \"quoted\" \\ \u{0} \u{7f} ünïcode 🛠")
        #expect(object["metadata.message"] as? String == "shadow")
        #expect(object["opaque"] as? String == "\t")
        #expect(object["nan"] is NSNull)
        let nested = try #require(object["nested"] as? [String: Any])
        #expect((nested["b"] as? [Any])?.count == 2)
    }

    @Test("cuts long texts between characters, and deep nesting")
    func bounded() throws {
        let long = String(repeating: "ä", count: 100_000)
        var deep: Logger.MetadataValue = "bottom"
        for _ in 0..<100 { deep = .array([deep]) }
        let line = text(handler(), event(.info, "\(long)", ["long": "\(long)", "deep": deep]))
        #expect(line.utf8.count < 20000)
        #expect(try JSONSerialization.jsonObject(with: Data(line.utf8)) is [String: Any])
    }

    @Test("merges the handler's, the provider's and the record's metadata, the latter winning")
    func merging() {
        var handler = handler()
        handler.metadata = ["a": "1", "b": "1", "c": "1"]
        handler.metadataProvider = Logger.MetadataProvider { ["b": "2", "c": "2"] }
        let line = text(handler, event(.info, "x", ["c": "3"]))
        #expect(line.contains(#""a":"1","b":"2","c":"3""#))
    }
}
