/// Cuts out of the server's texts the values that it quotes, so that errors can be logged.
enum ServerMessage {
    /// The primary message; those about data (class 22) quote the offending value.
    static func message(_ text: String, sqlstate: String?) -> String {
        sqlstate?.hasPrefix("22") == true ? withoutQuotations(text) : text
    }

    /// The detail, which shows rows for violated constraints (class 23) and values for bad data (class 22).
    static func detail(_ text: String, sqlstate: String?) -> String? {
        guard let sqlstate else { return text }
        if sqlstate.hasPrefix("22") { return nil }
        guard sqlstate.hasPrefix("23") else { return text }
        // "Key (email)=(a@b.example) already exists." keeps the name of the key; a whole row is dropped.
        guard let key = text.range(of: ")=("), let end = text.lastIndex(of: ")"), end >= key.upperBound else {
            return text.contains("(") ? nil : text
        }
        return text[..<key.upperBound] + "…" + text[end...]
    }

    /// The start of a statement on one line.
    static func excerpt(of statement: String, limit: Int = 120) -> String {
        var text = ""
        var space = false
        for character in statement {
            if character.isWhitespace {
                space = !text.isEmpty
                continue
            }
            if text.utf8.count >= limit { return text + "…" }
            if space { text.append(" ") }
            space = false
            text.append(character)
        }
        return text
    }

    private static func withoutQuotations(_ text: String) -> String {
        var result = ""
        var quoted = false
        for character in text {
            if character == "\"" {
                quoted.toggle()
                result += quoted ? "\"…" : "\""
            } else if !quoted {
                result.append(character)
            }
        }
        return result
    }
}

extension StringProtocol {
    /// The first place where `part` occurs; without Foundation.
    func range(of part: String) -> Range<Index>? {
        var start = startIndex
        while start < endIndex {
            if self[start...].hasPrefix(part) { return start..<index(start, offsetBy: part.count) }
            formIndex(after: &start)
        }
        return nil
    }
}
