import CanonicalModel
import ConnectorKit
import Crypto
import FoundationEssentials
import SyncCore
import SyncStore

/// What an account's sealed row holds: its tokens, and which declared refresh token they come from.
struct StoredTokens: Sendable, Equatable {
    /// The access token; nil before the first refresh.
    var accessToken: String?
    /// The refresh token to use next.
    var refreshToken: String
    /// A digest of the refresh token that the connection's file declared when these were begun: it is superseded, and only
    /// another one takes the place of these.
    var origin: String

    /// The origin of tokens that were begun while the file declared none.
    private static let undeclared = "none"

    /// Begins with a declared refresh token.
    init(declared refreshToken: String) {
        self.refreshToken = refreshToken
        origin = Self.digest(refreshToken)
    }

    /// Begins with what a token endpoint has given for the code of a consent, in the place of a declared refresh token.
    init(granted answer: JSONValue, superseding declared: String?) throws(ConnectorFault) {
        guard let refresh = answer["refresh_token"].string, !refresh.isEmpty else {
            throw ConnectorFault(
                .undecodable, code: "token_answer", message: "the token endpoint gave no refresh token",
                fix: "see that the connection's token_url is the vendor's")
        }
        refreshToken = refresh
        origin = declared.map(Self.digest) ?? Self.undeclared
    }

    /// Reads a row; nil for one of another form.
    init?(_ secret: [UInt8]) {
        guard let object = try? JSONValue(parsing: secret), let refresh = object["refresh_token"].string,
            let origin = object["origin"].string
        else { return nil }
        accessToken = object["access_token"].string
        refreshToken = refresh
        self.origin = origin
    }

    /// The row's content.
    var secret: [UInt8] {
        var object = JSONObject()
        if let accessToken { object["access_token"] = .string(accessToken) }
        object["refresh_token"] = .string(refreshToken)
        object["origin"] = .string(origin)
        return JSONValue.object(object).serialised()
    }

    /// What tells two declared tokens apart without keeping either.
    static func digest(_ token: String) -> String {
        SHA256.hash(data: Array(token.utf8)).map { byte in (byte < 16 ? "0" : "") + String(byte, radix: 16) }.joined()
    }

    /// Takes in what a token endpoint has answered.
    ///
    /// - Returns: when the access token ends.
    mutating func take(_ answer: JSONValue, expiry: OAuthSettings.Expiry, now: Instant) throws(ConnectorFault)
        -> Instant
    {
        guard let access = answer["access_token"].string, !access.isEmpty else {
            throw ConnectorFault(
                .undecodable, code: "token_answer", message: "the token endpoint gave no access token",
                fix: "see that the connection's token_url is the vendor's")
        }
        accessToken = access
        if let refresh = answer["refresh_token"].string, !refresh.isEmpty { refreshToken = refresh }
        let seconds: Int64 =
            switch expiry {
            case .expiresIn: answer["expires_in"].int ?? 1800
            case .jwtClaim: Self.expiry(ofJWT: access).map { $0 - now.microseconds / 1_000_000 } ?? 1800
            }
        return Instant(microseconds: now.microseconds + max(seconds, 1) * 1_000_000)
    }

    /// The claim `exp` of a token, in seconds since 1970; it is only a hint when to renew and is trusted for nothing else.
    private static func expiry(ofJWT token: String) -> Int64? {
        let parts = token.split(separator: ".")
        guard parts.count == 3 else { return nil }
        var text = parts[1].replacing("-", with: "+").replacing("_", with: "/")
        while text.count % 4 != 0 { text += "=" }
        guard let data = Data(base64Encoded: String(text)), let claims = try? JSONValue(parsing: Array(data)) else {
            return nil
        }
        return claims["exp"].int
    }
}
