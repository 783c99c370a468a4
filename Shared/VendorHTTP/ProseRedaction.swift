/// Takes secrets out of running text, where they stand as `name=value`, `name: value` or behind `Bearer`.
struct ProseRedaction {
    private let bytes: [UInt8]
    private var position = 0
    private var result: [UInt8] = []

    static func redacted(_ bytes: [UInt8]) -> [UInt8] {
        var scan = ProseRedaction(bytes: bytes)
        scan.run()
        return scan.result
    }

    private init(bytes: [UInt8]) {
        self.bytes = bytes
        result.reserveCapacity(bytes.count)
    }

    private mutating func run() {
        while position < bytes.count {
            guard Self.isNameByte(bytes[position]) else {
                result.append(bytes[position])
                position += 1
                continue
            }
            let start = position
            while position < bytes.count, Self.isNameByte(bytes[position]) { position += 1 }
            result += bytes[start..<position]
            let name = String(decoding: bytes[start..<position], as: UTF8.self)
            if ["bearer", "basic"].contains(name.lowercased()) {
                maskCredentials()
            } else {
                maskValue(of: name)
            }
        }
    }

    /// Masks the word behind an authentication scheme, if it looks like a credential and not like prose.
    private mutating func maskCredentials() {
        var index = position
        while index < bytes.count, bytes[index] == UInt8(ascii: " ") { index += 1 }
        let end = bytes[index...].firstIndex { !Self.isCredentialByte($0) } ?? bytes.count
        guard index > position, end - index >= 6 else { return }
        result.append(UInt8(ascii: " "))
        result += Array(Redactor.mask.utf8)
        position = end
    }

    private mutating func maskValue(of name: String) {
        var index = position
        // The quote that ends the name, escaped any number of times, and space before the sign.
        while index < bytes.count, Self.isPadding(bytes[index]) { index += 1 }
        guard index < bytes.count, bytes[index] == UInt8(ascii: "=") || bytes[index] == UInt8(ascii: ":") else {
            return
        }
        let isSensitive =
            bytes[index] == UInt8(ascii: "=") || index > position
            ? SensitiveNames.contains(name) : SensitiveNames.containsInProse(name)
        guard isSensitive else { return }
        index += 1
        while index < bytes.count, Self.isPadding(bytes[index]) { index += 1 }
        let end = endOfValue(from: index, name)
        guard end > index else { return }
        result += bytes[position..<index]
        result += Array(Redactor.mask.utf8)
        position = end
    }

    private func endOfValue(from start: Int, _ name: String) -> Int {
        let quotes = "\"'\\\r\n".utf8
        // Behind an opening quote, up to the closing one; a header's value may have spaces; else up to a separator.
        let isQuoted = start > 0 && (bytes[start - 1] == UInt8(ascii: "\"") || bytes[start - 1] == UInt8(ascii: "'"))
        let folded = name.lowercased()
        let isHeader = folded.contains("authorization") || folded.contains("cookie")
        return bytes[start...].firstIndex { byte in
            if quotes.contains(byte) { return true }
            return !isQuoted && !isHeader && (byte <= 0x20 || "&,;<>(){}[]".utf8.contains(byte))
        } ?? bytes.count
    }

    private static func isNameByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "-"), UInt8(ascii: "."):
            true
        default: false
        }
    }

    private static func isCredentialByte(_ byte: UInt8) -> Bool {
        isNameByte(byte) || "+/=~".utf8.contains(byte)
    }

    private static func isPadding(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") || byte == UInt8(ascii: "\"")
            || byte == UInt8(ascii: "'")
            || byte == UInt8(ascii: "\\")
    }
}
