import Crypto
import Foundation

/// The challenge that was told with the request for a code, to which whoever exchanges the code must have the verifier
/// (RFC 7636).
public struct CodeChallenge: Sendable, Hashable {
    private let value: String

    /// Reads what a request for a code tells; `.success(nil)` where it tells of none, a failure in words where the vendor
    /// would not take it.
    public static func read(_ request: SandboxRequest) -> Result<CodeChallenge?, SandboxControlError> {
        guard let value = request.query("code_challenge") else { return .success(nil) }
        guard request.query("code_challenge_method") == "S256" else {
            return .failure(SandboxControlError("code_challenge_method must be S256"))
        }
        let isDigest = value.utf8.count == 43 && value.utf8.allSatisfy(isOfBase64URL)
        return isDigest
            ? .success(CodeChallenge(value: value))
            : .failure(SandboxControlError("code_challenge must be a SHA-256 digest in Base64 for URLs"))
    }

    /// Whether a verifier belongs to it.
    public func isMet(by verifier: String?) -> Bool {
        guard let verifier, (43...128).contains(verifier.utf8.count) else { return false }
        let digest = Data(SHA256.hash(data: Array(verifier.utf8))).base64EncodedString()
        return digest.replacing("+", with: "-").replacing("/", with: "_").replacing("=", with: "") == value
    }

    private static func isOfBase64URL(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"):
            true
        default: false
        }
    }
}
