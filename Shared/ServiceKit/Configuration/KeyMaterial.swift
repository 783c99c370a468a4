internal import Crypto

/// Holds a 32-byte key.
///
/// It is read from the 32 bytes themselves, or from 64 hexadecimal digits, or from their Base64 text, with or without a final
/// line end. The key's id is derived from the key, so that a ciphertext or signature can name its key and two keys can
/// be valid during a rotation.
public struct KeyMaterial: Sendable, Hashable {
    /// The 32 bytes.
    public let bytes: [UInt8]
    /// Eight hexadecimal digits of a digest of the key, the same that sealed secrets name their key by.
    public let id: String

    /// What is longer is no key, and need not be read to its end.
    static let longestForm = 4096

    /// Takes a key of exactly 32 bytes in one of the accepted forms.
    public init?(_ content: [UInt8]) {
        guard let bytes = Self.decode(content) else { return nil }
        self.bytes = bytes
        let digest = SHA256.hash(data: Array("plumbline key id".utf8) + bytes)
        id = digest.prefix(4).map { byte in
            let text = String(byte, radix: 16)
            return byte < 16 ? "0" + text : text
        }.joined()
    }

    private init(standIn: [UInt8]) {
        bytes = standIn
        id = ""
    }

    /// What a reader goes on with after a fault; it never leaves `CheckedConfiguration.read`.
    static let standIn = KeyMaterial(standIn: [])

    private static func decode(_ content: [UInt8]) -> [UInt8]? {
        if content.count == 32 { return content }
        var text = content[...]
        while let last = text.last, last == UInt8(ascii: "\n") || last == UInt8(ascii: "\r") { text.removeLast() }
        switch text.count {
        case 64: return hexadecimal(text)
        case 43, 44: return base64(text)
        default: return nil
        }
    }

    private static func hexadecimal(_ text: ArraySlice<UInt8>) -> [UInt8]? {
        let digits = text.compactMap { Character(UnicodeScalar($0)).hexDigitValue }
        guard digits.count == 64 else { return nil }
        return stride(from: 0, to: 64, by: 2).map { UInt8(digits[$0] << 4 | digits[$0 + 1]) }
    }

    private static func base64(_ text: ArraySlice<UInt8>) -> [UInt8]? {
        let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
        var digits = text
        if digits.count == 44 {
            guard digits.removeLast() == UInt8(ascii: "=") else { return nil }
        }
        var bytes: [UInt8] = []
        var buffer = 0
        var bits = 0
        for digit in digits {
            guard let value = alphabet.firstIndex(of: digit) else { return nil }
            buffer = (buffer << 6 | value) & 0xFFFF
            bits += 6
            if bits >= 8 {
                bits -= 8
                bytes.append(UInt8(buffer >> bits & 0xFF))
            }
        }
        return bytes.count == 32 ? bytes : nil
    }
}

extension KeyMaterial: CustomStringConvertible, CustomReflectable {
    /// The id only.
    public var description: String { "key \(id)" }

    /// A mirror that shows the id only.
    public var customMirror: Mirror { Mirror(self, children: ["id": id]) }
}
