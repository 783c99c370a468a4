import Foundation
import Synchronization
import VendorHTTP

@testable import SyncStore

/// A vendor that asks people, takes each code once, and wants the verifier that belongs to it.
final class ConsentVendor: HTTPTransport {
    /// What the vendor does with the next exchange.
    enum Trouble: Sendable {
        /// Cannot be reached.
        case away
        /// Answers with a status and a body.
        case answers(Int, String)
    }

    private struct State {
        var codes: [String: [String: String]] = [:]
        var account = "acct-1"
        var troubles: [Trouble] = []
        var exchanges = 0
        var asked = 0
        var bodies: [String] = []
        var whileExchanging: (@Sendable () async throws -> Void)?
    }

    private let state = Mutex(State())

    /// How many codes were exchanged.
    var exchanges: Int { state.withLock { $0.exchanges } }
    /// What was sent to the token endpoint.
    var bodies: [String] { state.withLock { $0.bodies } }

    /// Whose account people consent for.
    func consents(for account: String) { state.withLock { $0.account = account } }

    func next(_ troubles: Trouble...) { state.withLock { $0.troubles += troubles } }

    /// Does something once, while the next code is exchanged.
    func whileExchanging(_ body: @escaping @Sendable () async throws -> Void) {
        state.withLock { $0.whileExchanging = body }
    }

    /// A person opens the address and agrees; gives the query with which the browser comes back.
    func agree(at url: String) -> String {
        let asked = Self.parameters(URLComponents(string: url)?.percentEncodedQuery ?? "")
        let code = state.withLock { state in
            state.asked += 1
            let code = "the-code-number-\(state.asked)"
            state.codes[code] = asked
            return code
        }
        return "code=\(code)&state=\(asked["state"] ?? "")&more=x"
    }

    func send(_ request: HTTPRequest) async throws(VendorHTTPError) -> HTTPResponse {
        guard request.url.hasSuffix("/token") else { return me(request) }
        let (body, trouble) = state.withLock { state -> ((@Sendable () async throws -> Void)?, Trouble?) in
            defer { state.whileExchanging = nil }
            state.bodies.append(String(decoding: request.body ?? [], as: UTF8.self))
            return (state.whileExchanging, state.troubles.isEmpty ? nil : state.troubles.removeFirst())
        }
        try? await body?()
        switch trouble {
        case .away?: throw VendorHTTPError(.connectFailed, .notSent, "nobody listens")
        case .answers(let status, let text)?: return HTTPResponse(status: status, body: Array(text.utf8))
        case nil: return exchange(Self.parameters(String(decoding: request.body ?? [], as: UTF8.self)))
        }
    }

    private func exchange(_ form: [String: String]) -> HTTPResponse {
        let number: Int? = state.withLock { state in
            guard form["grant_type"] == "authorization_code", let code = form["code"],
                let asked = state.codes.removeValue(forKey: code), form["redirect_uri"] == asked["redirect_uri"],
                form["code_verifier"].map({ CodeVerifier(text: $0).challenge }) == asked["code_challenge"]
            else { return nil }
            state.exchanges += 1
            return state.exchanges
        }
        guard let number else { return HTTPResponse(status: 400, body: Array(#"{"error":"invalid_grant"}"#.utf8)) }
        let answer =
            #"{"access_token":"consented-access-\#(number)","refresh_token":"consented-refresh-\#(number)","expires_in":3600}"#
        return HTTPResponse(status: 200, body: Array(answer.utf8))
    }

    private func me(_ request: HTTPRequest) -> HTTPResponse {
        guard request.headers["Authorization"]?.hasPrefix("Bearer consented-access-") == true else {
            return HTTPResponse(status: 401)
        }
        let account = state.withLock { $0.account }
        return HTTPResponse(status: 200, body: Array(#"{"account":"\#(account)"}"#.utf8))
    }

    static func parameters(_ text: String) -> [String: String] {
        text.split(separator: "&").reduce(into: [:]) { parameters, pair in
            let parts = pair.split(separator: "=", maxSplits: 1).map { String($0).removingPercentEncoding ?? "" }
            parameters[parts[0]] = parts.count > 1 ? parts[1] : ""
        }
    }
}
