/// Takes e-mail addresses and telephone numbers out of running text.
///
/// A number is taken for a telephone number when it begins with a plus sign or is written in groups; a plain row of
/// digits may be anything, such as the id of an object, and stays.
struct PersonalRedaction {
    private static let digits = 8...15
    private static let groupedDigits = 10...15

    private let bytes: [UInt8]
    private var position = 0
    private var result: [UInt8] = []

    static func redacted(_ bytes: [UInt8]) -> [UInt8] {
        var scan = PersonalRedaction(bytes: bytes)
        scan.run()
        return scan.result
    }

    private init(bytes: [UInt8]) {
        self.bytes = bytes
        result.reserveCapacity(bytes.count)
    }

    private mutating func run() {
        while position < bytes.count {
            if let end = endOfAddress() ?? endOfNumber() {
                result += Array(Redactor.mask.utf8)
                position = end
            } else {
                // What is no address from its first byte on is none from a later one.
                let end = isWordByte(bytes[position]) ? endOfWord(from: position) : position + 1
                result += bytes[position..<end]
                position = end
            }
        }
    }

    /// The end of the address that begins here: a local part, an at sign and a host with a dot.
    private func endOfAddress() -> Int? {
        guard isWordByte(bytes[position]) else { return nil }
        let at = bytes[position...].firstIndex { !isLocalByte($0) } ?? bytes.count
        guard at < bytes.count, bytes[at] == UInt8(ascii: "@") else { return nil }
        var end = bytes[(at + 1)...].firstIndex { !isHostByte($0) } ?? bytes.count
        while end > at + 1, !isWordByte(bytes[end - 1]) { end -= 1 }
        return bytes[(at + 1)..<end].contains(UInt8(ascii: ".")) ? end : nil
    }

    /// The end of the telephone number that begins here.
    private func endOfNumber() -> Int? {
        let isInternational = bytes[position] == UInt8(ascii: "+")
        guard isInternational || bytes[position] == UInt8(ascii: "(") || isDigit(bytes[position]) else { return nil }
        if position > 0, isWordByte(bytes[position - 1]) { return nil }
        var index = isInternational ? position + 1 : position
        var end = index
        var count = 0
        var groups = 0
        var isInGroup = false
        while index < bytes.count {
            if isDigit(bytes[index]) {
                count += 1
                if !isInGroup { groups += 1 }
                isInGroup = true
                end = index + 1
            } else if " -.()/".utf8.contains(bytes[index]) {
                isInGroup = false
            } else {
                break
            }
            index += 1
        }
        // Letters, or a colon with a digit, behind it: an id, a time.
        if end < bytes.count, isWordByte(bytes[end]) || bytes[end] == UInt8(ascii: ":") { return nil }
        if isInternational { return Self.digits.contains(count) ? end : nil }
        return groups >= 3 && Self.groupedDigits.contains(count) && !isDate ? end : nil
    }

    /// Whether a date of ISO 8601 begins here.
    private var isDate: Bool {
        let mask = "0000-00-00".utf8
        guard bytes.count - position >= mask.count else { return false }
        return zip(mask, bytes[position...]).allSatisfy { mark, byte in
            mark == UInt8(ascii: "0") ? isDigit(byte) : mark == byte
        }
    }

    private func endOfWord(from start: Int) -> Int {
        bytes[start...].firstIndex { !isWordByte($0) } ?? bytes.count
    }

    private func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }

    /// Letters, digits, and whatever belongs to a letter beyond ASCII.
    private func isWordByte(_ byte: UInt8) -> Bool {
        isDigit(byte) || byte >= 0x80 || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
    }

    private func isLocalByte(_ byte: UInt8) -> Bool { isWordByte(byte) || "._%+-'".utf8.contains(byte) }
    private func isHostByte(_ byte: UInt8) -> Bool { isWordByte(byte) || byte == 0x2D || byte == 0x2E }
}
