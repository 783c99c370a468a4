import Crypto
import Foundation
import SandboxKit

/// The access tokens of the API: JSON Web Tokens that carry their own end.
enum AccessToken {
    /// Signs a token for an app and a user; `identifier` makes each one different.
    static func make(
        app: String, accountID: Int, userID: String?, identifier: String, issuedAt: SandboxInstant,
        expiresAt: SandboxInstant, key: String
    ) -> String {
        let header: JSON = ["alg": "HS256", "typ": "JWT"]
        let claims: JSON = [
            "sub": .optional(userID), "iss": "https://api.getjobber.com", "client_id": .string(app),
            "app_id": .string(app), "account_id": .int(accountID), "user_id": .optional(userID),
            "scope": "read_clients write_clients read_jobs write_jobs", "jti": .string(identifier),
            "iat": .int(Int(issuedAt.milliseconds / 1000)), "exp": .int(Int(expiresAt.milliseconds / 1000)),
        ]
        let signed = "\(encoded(Data(header.serialized()))).\(encoded(Data(claims.serialized())))"
        let code = HMAC<SHA256>.authenticationCode(
            for: Data(signed.utf8), using: SymmetricKey(data: Data(key.utf8)))
        return "\(signed).\(encoded(Data(code)))"
    }

    private static func encoded(_ data: Data) -> String {
        data.base64EncodedString().replacing("+", with: "-").replacing("/", with: "_").replacing("=", with: "")
    }
}
