internal import FoundationEssentials

/// Bytes as Base64 for URLs, without padding (RFC 4648, section 5).
enum Base64URL {
    static func text(_ bytes: [UInt8]) -> String {
        Data(bytes).base64EncodedString().replacing("+", with: "-").replacing("/", with: "_").replacing("=", with: "")
    }

    /// Reads what `text` writes; nil for anything else, other spellings of the same bytes among them.
    static func bytes(_ text: String) -> [UInt8]? {
        var padded = text.replacing("-", with: "+").replacing("_", with: "/")
        while padded.utf8.count % 4 != 0 { padded += "=" }
        guard let data = Data(base64Encoded: padded) else { return nil }
        let bytes = Array(data)
        return self.text(bytes) == text ? bytes : nil
    }
}
