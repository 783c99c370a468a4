import Crypto
import Foundation

/// The digests with which vendors sign their webhooks.
public enum Signature {
    /// Base64 of HMAC-SHA256 over the body.
    public static func hmacSHA256Base64(key: String, body: [UInt8]) -> String {
        Data(authenticate(body, key: key)).base64EncodedString()
    }

    /// Lower-case hexadecimal of HMAC-SHA256 over the body.
    public static func hmacSHA256Hex(key: String, body: [UInt8]) -> String {
        hex(authenticate(body, key: key))
    }

    /// Lower-case hexadecimal of SHA-256 over the bytes.
    public static func sha256Hex(_ bytes: [UInt8]) -> String {
        hex(Array(SHA256.hash(data: bytes)))
    }

    private static func authenticate(_ body: [UInt8], key: String) -> [UInt8] {
        Array(HMAC<SHA256>.authenticationCode(for: body, using: SymmetricKey(data: Array(key.utf8))))
    }

    private static func hex(_ bytes: [UInt8]) -> String {
        let digits = Array("0123456789abcdef".utf8)
        var text: [UInt8] = []
        text.reserveCapacity(bytes.count * 2)
        for byte in bytes {
            text.append(digits[Int(byte >> 4)])
            text.append(digits[Int(byte & 0xF)])
        }
        return String(decoding: text, as: UTF8.self)
    }
}
