/// Takes the values of sensitive names out of a query or a form body.
enum FormRedaction {
    static func redacted(_ bytes: [UInt8]) -> [UInt8] {
        let parameters = bytes.split(
            omittingEmptySubsequences: false, whereSeparator: { $0 == UInt8(ascii: "&") || $0 == UInt8(ascii: ";") })
        var result: [UInt8] = []
        for (index, parameter) in parameters.enumerated() {
            // Whichever separator it was; only the eye will see it.
            if index > 0 { result.append(UInt8(ascii: "&")) }
            guard let equals = parameter.firstIndex(of: UInt8(ascii: "=")) else {
                result += parameter
                continue
            }
            let name = PercentEncoding.decoded(parameter[..<equals], plusIsSpace: true)
            result += parameter[...equals]
            let value = parameter[(equals + 1)...]
            if SensitiveNames.contains(lastName(String(decoding: name, as: UTF8.self))) {
                result += Array(Redactor.mask.utf8)
            } else {
                result += hasHiddenSecret(value) ? Array(Redactor.mask.utf8) : Array(value)
            }
        }
        return result
    }

    /// `user[password]` goes by `password`, and by `user`.
    private static func lastName(_ name: String) -> String {
        name.filter { $0 != "[" && $0 != "]" }
    }

    /// Whether a value has a sensitive name of its own in it, such as an encoded URL with a token.
    private static func hasHiddenSecret(_ value: ArraySlice<UInt8>) -> Bool {
        guard value.contains(UInt8(ascii: "%")) else { return false }
        let decoded = PercentEncoding.decoded(value, plusIsSpace: true)
        return ProseRedaction.redacted(decoded) != decoded
    }
}
