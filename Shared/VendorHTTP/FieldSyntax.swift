/// The syntax of header fields (RFC 9110, 5), so that no value can add a line to a request.
enum FieldSyntax {
    /// The fields that frame a message: only the transport may set them, else two readers could see two requests.
    private static let framing: Set<String> = [
        "host", "content-length", "transfer-encoding", "connection", "proxy-connection", "keep-alive", "te", "trailer",
        "upgrade", "expect", "accept-encoding",
    ]

    static func isName(_ name: String) -> Bool {
        let marks = Array("!#$%&'*+-.^_`|~".utf8)
        return !name.isEmpty
            && name.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"):
                    true
                default: marks.contains(byte)
                }
            }
    }

    static func isValue(_ value: String) -> Bool {
        value.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7f || $0 == 0x09 }
    }

    static func isFraming(_ name: String) -> Bool {
        framing.contains(name.lowercased())
    }
}
