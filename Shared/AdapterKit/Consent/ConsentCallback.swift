import Foundation

/// What a vendor has sent a person's browser back with (RFC 6749, section 4.1.2): pure.
///
/// All of it is a stranger's until its state is known.
struct ConsentCallback: Sendable, Hashable {
    /// What the person, or the vendor, has answered.
    enum Answer: Sendable, Hashable {
        /// Yes: a code that buys tokens once.
        case code(String)
        /// No.
        case denied
        /// The vendor cannot ask anybody now.
        case away
        /// The vendor would not ask; its word for why, where it is one of those that there are.
        case refused(String?)
    }

    /// The state as it came; a secret.
    let state: String
    let answer: Answer
    /// The parameters beside these, such as the account's id.
    let parameters: [String: String]

    /// A query that is longer is nobody's.
    private static let longest = 8192
    private static let most = 32

    /// Reads a query; nil for what cannot be an answer: no state, neither code nor error, a parameter that comes twice.
    init?(query: String?) {
        guard let query, query.utf8.count <= Self.longest else { return nil }
        var parameters: [String: String] = [:]
        for pair in query.split(separator: "&") {
            let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard let name = Self.decoded(parts[0]), let value = parts.count > 1 ? Self.decoded(parts[1]) : "",
                parameters.updateValue(value, forKey: name) == nil, parameters.count <= Self.most
            else { return nil }
        }
        guard let state = parameters.removeValue(forKey: "state"), !state.isEmpty else { return nil }
        let code = parameters.removeValue(forKey: "code")
        switch (code, parameters.removeValue(forKey: "error")) {
        case (let code?, nil) where !code.isEmpty: answer = .code(code)
        case (_, "access_denied"?): answer = .denied
        case (_, "server_error"?), (_, "temporarily_unavailable"?): answer = .away
        case (_, let word?): answer = .refused(Self.words.contains(word) ? word : nil)
        default: return nil
        }
        parameters["error_description"] = nil
        self.state = state
        self.parameters = parameters
    }

    /// The words for errors that the page may show: no text of a stranger's making.
    private static let words: Set<String> = [
        "invalid_request", "unauthorized_client", "unsupported_response_type", "invalid_scope",
    ]

    private static func decoded(_ text: Substring) -> String? {
        String(text.replacing("+", with: " ")).removingPercentEncoding
    }
}
