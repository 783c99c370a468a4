/// Knows by its name that a header, parameter or member holds a secret.
enum SensitiveNames {
    /// A name that has one of these in it, once case and separators are taken out, is sensitive.
    private static let parts = [
        "authorization", "token", "secret", "password", "passwd", "passphrase", "apikey", "accesskey", "privatekey",
        "credential", "cookie", "signature", "assertion", "verifier", "bearer", "sessionid", "jwt", "subscriptionkey",
    ]
    /// Names that are too short or too common to look for inside others.
    private static let words: Set<String> = [
        "code", "authcode", "key", "sig", "pwd", "pass", "pin", "otp", "hmac", "sid", "session", "auth",
    ]

    /// Whether what goes by this name must not be shown.
    static func contains(_ name: some StringProtocol) -> Bool {
        let folded = name.lowercased().filter { $0 != "-" && $0 != "_" && $0 != "." && $0 != " " }
        return words.contains(folded) || parts.contains(where: folded.contains)
    }

    /// Whether a name in running text is sensitive whatever stands between it and its value: `code: 404` is harmless
    /// there, `code=…` is not.
    static func containsInProse(_ name: some StringProtocol) -> Bool {
        contains(name) && !words.contains(name.lowercased())
    }
}
