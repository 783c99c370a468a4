import FoundationEssentials

extension AccountTokens {
    /// A form as its content type asks for it.
    static func encode(_ form: [(String, String)]) -> String {
        form.map { "\(escape($0))=\(escape($1))" }.joined(separator: "&")
    }

    static func base64(_ text: String) -> String {
        Data(text.utf8).base64EncodedString()
    }

    private static func escape(_ text: String) -> String {
        text.utf8.map { byte in
            let scalar = Unicode.Scalar(byte)
            let isPlain = byte < 128 && (scalar.properties.isAlphabetic || scalar.properties.numericType != nil)
            if isPlain || "-._~".unicodeScalars.contains(scalar) { return String(Character(scalar)) }
            return "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
        }.joined()
    }
}
