/// Takes the values of sensitive names out of JSON, without requiring that it is whole or valid.
///
/// It reads tokens, not a tree: a string with a colon behind it is a name, and what follows is its value.
struct JSONRedaction {
    /// How deep JSON is looked for in the strings of JSON; deeper strings are taken out as a whole.
    private static let maximumDepth = 4

    private let bytes: [UInt8]
    private let depth: Int
    private var position = 0
    private var result: [UInt8] = []

    static func redacted(_ bytes: [UInt8], depth: Int = 0) -> [UInt8] {
        var scan = JSONRedaction(bytes: bytes, depth: depth)
        scan.run()
        // A stray quote in text makes strings of what is none; the second look does not care for quotes.
        return ProseRedaction.redacted(scan.result)
    }

    private init(bytes: [UInt8], depth: Int) {
        self.bytes = bytes
        self.depth = depth
        result.reserveCapacity(bytes.count)
    }

    private mutating func run() {
        while position < bytes.count {
            if bytes[position] == UInt8(ascii: "\"") {
                string()
                continue
            }
            // Outside of strings there are numbers, words and marks; or text that is no JSON at all.
            let end = bytes[position...].firstIndex(of: UInt8(ascii: "\"")) ?? bytes.count
            result += bytes[position..<end]
            position = end
        }
    }

    private mutating func string() {
        let start = position
        let end = endOfString(start)
        let isClosed = end - start >= 2 && bytes[end - 1] == UInt8(ascii: "\"")
        let content = bytes[(start + 1)..<(isClosed ? end - 1 : end)]
        var next = end
        while next < bytes.count, bytes[next] <= 0x20 { next += 1 }
        guard next < bytes.count, bytes[next] == UInt8(ascii: ":") else {
            result.append(UInt8(ascii: "\""))
            result += redactedValue(content)
            if isClosed { result.append(UInt8(ascii: "\"")) }
            position = end
            return
        }
        result += bytes[start...next]
        position = next + 1
        guard SensitiveNames.contains(String(decoding: JSONText.unescaped(content), as: UTF8.self)) else { return }
        while position < bytes.count, bytes[position] <= 0x20 { position += 1 }
        result += Array("\"\(Redactor.mask)\"".utf8)
        position = endOfValue(position)
    }

    /// A string that is a value, or that is cut off: it may quote anything, such as a URL or more JSON.
    private func redactedValue(_ content: ArraySlice<UInt8>) -> [UInt8] {
        guard content.contains(UInt8(ascii: "\\")) else { return ProseRedaction.redacted(Array(content)) }
        guard depth < Self.maximumDepth else { return Array(Redactor.mask.utf8) }
        let plain = JSONText.unescaped(content)
        let clean = JSONRedaction.redacted(plain, depth: depth + 1)
        return clean == plain ? Array(content) : JSONText.escaped(clean)
    }

    /// The position behind the closing quote of the string at `start`, or the end of the text.
    private func endOfString(_ start: Int) -> Int {
        var index = start + 1
        while index < bytes.count {
            switch bytes[index] {
            case UInt8(ascii: "\\"): index += 2
            case UInt8(ascii: "\""): return index + 1
            default: index += 1
            }
        }
        return bytes.count
    }

    /// The position behind the value at `start`: a string, a whole object or array, or a bare word.
    private func endOfValue(_ start: Int) -> Int {
        var index = start
        var depth = 0
        while index < bytes.count {
            switch bytes[index] {
            case UInt8(ascii: "\""):
                index = endOfString(index)
                if depth == 0 { return index }
                continue
            case UInt8(ascii: "{"), UInt8(ascii: "["): depth += 1
            case UInt8(ascii: "}"), UInt8(ascii: "]"):
                depth -= 1
                if depth <= 0 { return depth == 0 ? index + 1 : index }
            case UInt8(ascii: ",") where depth == 0: return index
            default: break
            }
            index += 1
        }
        return bytes.count
    }
}
