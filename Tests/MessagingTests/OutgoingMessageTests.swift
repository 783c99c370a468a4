import Messaging
import Testing

@Suite("Messages that no broker could take")
struct OutgoingMessageTests {
    private func message(_ adjust: (inout OutgoingMessage) -> Void) -> OutgoingMessage {
        var message = OutgoingMessage(id: "1", exchange: "e", routingKey: "k", headers: ["a": "b"], body: [1])
        adjust(&message)
        return message
    }

    @Test("The limits of the wire are kept to the byte")
    func limits() {
        let long = String(repeating: "x", count: 256)
        let largest = [UInt8](repeating: 0, count: OutgoingMessage.largestBody)
        #expect(message { $0.id = String(long.dropLast()) }.fault == nil)
        #expect(message { $0.body = largest }.fault == nil)
        #expect(message { $0.headers = [:] }.fault == nil)
        #expect(message { $0.exchange = "" }.fault == nil)
        #expect(message { $0.id = "" }.fault?.code == 502)
        #expect(message { $0.id = long }.fault?.reason == "its id has 256 bytes, more than 255")
        #expect(message { $0.exchange = long }.fault?.code == 502)
        #expect(message { $0.routingKey = long }.fault?.code == 502)
        #expect(message { $0.contentType = long }.fault?.code == 502)
        #expect(message { $0.headers["", default: ""] = "x" }.fault?.code == 502)
        #expect(message { $0.headers[String(long.prefix(129))] = "x" }.fault?.code == 502)
        #expect(message { $0.headers["x"] = String(repeating: "y", count: 65_536) }.fault?.code == 502)
        #expect(message { $0.body = largest + [0] }.fault?.code == 311)
    }
}
