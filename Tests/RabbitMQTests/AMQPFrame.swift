/// Frames of the protocol that a test says in the broker's place (AMQP 0-9-1, section 4.2.3).
enum AMQPFrame {
    /// The broker asks publishers to wait.
    static let blocked = method(10, 60, short("low on memory"))
    /// The broker takes messages again.
    static let unblocked = method(10, 61, [])
    /// The broker ends the connection, with code 320.
    static let closed = method(10, 50, [0x01, 0x40] + short("CONNECTION_FORCED - maintenance") + [0, 0, 0, 0])

    private static func method(_ classID: UInt8, _ methodID: UInt8, _ arguments: [UInt8]) -> [UInt8] {
        let payload = [0, classID, 0, methodID] + arguments
        return [1, 0, 0, 0, 0, 0, UInt8(payload.count)] + payload + [0xCE]
    }

    private static func short(_ text: String) -> [UInt8] {
        [UInt8(text.utf8.count)] + text.utf8
    }
}
