import CanonicalModel
import HTTPTypes
import SyncStore

/// The page that a person sees who comes back from a vendor: plain words, no script, nothing from elsewhere.
struct ConsentPage: Sendable {
    let connection: ConnectionID
    /// The vendor's name as people write it.
    let title: String
    let result: ConsentResult

    /// The status that tells programs the same.
    var status: HTTPResponse.Status {
        switch result {
        case .connected: .ok
        case .denied: .forbidden
        case .refused, .unreadable: .badGateway
        case .otherAccount: .conflict
        case .vendorAway, .notKept: .serviceUnavailable
        case .expired, .used: .gone
        case .unknown, .malformed: .badRequest
        case .unexpected: .notFound
        }
    }

    /// The page.
    var html: String {
        let (heading, lines) = words
        let text = lines.map { "<p>\(Self.escaped($0))</p>" }.joined(separator: "\n")
        return """
            <!DOCTYPE html>
            <html lang="en">
            <head><meta charset="utf-8"><title>Plumbline</title></head>
            <body>
            <h1>\(Self.escaped(heading))</h1>
            \(text)
            </body>
            </html>

            """
    }

    /// What is sent with it: nothing of it is kept by a browser, runs there, or is shown inside of another page; and no
    /// address, which has code and state in it, is told to anybody.
    static let headers = [
        ("Content-Type", "text/html; charset=utf-8"), ("Cache-Control", "no-store"),
        ("Referrer-Policy", "no-referrer"), ("X-Content-Type-Options", "nosniff"),
        ("Content-Security-Policy", "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"),
    ]

    private var words: (heading: String, lines: [String]) {
        let anew = "To begin anew, run: \(ConsentOffer.command(for: connection))"
        switch result {
        case .connected(let account, let isNamed):
            var lines = ["The connection \(connection) works with it from now on. You may close this window."]
            if let account { lines.append("The account is \(account).") }
            if let account, !isNamed {
                lines.append("So that no other is taken for it, write vendor_account: \"\(account)\" into its file.")
            }
            return ("\(title) is connected", lines)
        case .denied:
            return ("\(title) is not connected", ["You did not agree, and nothing was changed.", anew])
        case .refused(let word):
            let reason = word.map { " (\($0))" } ?? ""
            return (
                "\(title) is not connected",
                [
                    "\(title) gave no tokens\(reason), and nothing was changed.",
                    "If that happens again, see that client_id and client_secret of the connection \(connection) are "
                        + "those of the app, that the address of this page is registered with it, and that it may have "
                        + "the scopes that are asked for.", anew,
                ]
            )
        case .unreadable:
            return (
                "\(title) is not connected",
                [
                    "\(title) agreed, but did not say for which account, and nothing was kept.",
                    "See that the app has all scopes that the connection \(connection) needs.", anew,
                ]
            )
        case .otherAccount(let expected, let found):
            let other = found.map { "for the account \($0)" } ?? "for an account that it did not name"
            return (
                "\(title) is not connected",
                [
                    "Consent was given \(other), and the connection \(connection) is for \(expected). Nothing was kept.",
                    "Choose that account at \(title); or, if the connection is to be for the other one, write its id "
                        + "into the file as vendor_account and start the adapter anew.", anew,
                ]
            )
        case .vendorAway:
            return (
                "\(title) does not answer",
                ["Nothing was changed. Wait a moment, then load this page again.", "If that does not help: " + anew]
            )
        case .expired: return ("This took too long", ["The address is good for ten minutes only.", anew])
        case .used(.connected?):
            return (
                "This was done before",
                ["The address has done its work: it has connected the connection \(connection)."]
            )
        case .used: return ("This was used before", ["The address is good for one answer only.", anew])
        case .unknown, .malformed:
            return (
                "This is no answer that was waited for",
                ["The connection \(connection) has asked for nothing of the kind, and nothing was changed.", anew]
            )
        case .unexpected:
            return (
                "There is nothing to connect here",
                ["This adapter has no connection of that name that waits for anybody's consent."]
            )
        case .notKept:
            return (
                "It could not be kept",
                ["Nothing was changed. Wait a moment, then load this page again.", "If that does not help: " + anew]
            )
        }
    }

    private static func escaped(_ text: String) -> String {
        text.prefix(1000).map { character -> String in
            switch character {
            case "&": "&amp;"
            case "<": "&lt;"
            case ">": "&gt;"
            case "\"": "&quot;"
            default: String(character)
            }
        }.joined()
    }
}
