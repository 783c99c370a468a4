import AsyncHTTPClient
import NIOCore
import NIOHTTP1
public import SandboxKit

/// An answer of a sandbox.
public struct SandboxAnswer: Sendable {
    /// The HTTP status.
    public let status: Int
    /// The header fields, names in lower case; the last of a name.
    public let headers: [String: String]
    /// The body's bytes.
    public let body: [UInt8]

    /// The body as JSON; `null` when it is none.
    public var json: JSON { (try? JSON(parsing: body)) ?? .null }
}

/// Speaks to a sandbox over HTTP: as an API client with a token, and to its control API.
public struct SandboxClient: Sendable {
    /// Where the sandbox serves.
    public let baseURL: String
    /// The bearer token of API calls.
    public var token: String?

    /// A client of the sandbox at that URL.
    public init(baseURL: String, token: String? = nil) {
        self.baseURL = baseURL
        self.token = token
    }

    /// The same client with a token.
    public func authorized(_ token: String) -> SandboxClient {
        SandboxClient(baseURL: baseURL, token: token)
    }

    /// Sends one request with a JSON body.
    public func send(
        _ method: String, _ path: String, _ body: JSON? = nil, headers: [String: String] = [:],
        timeoutMilliseconds: Int64 = 30_000
    ) async throws -> SandboxAnswer {
        try await send(
            method, path, bytes: body?.serialized(), contentType: "application/json", headers: headers,
            timeoutMilliseconds: timeoutMilliseconds)
    }

    /// Sends one request with any body.
    public func send(
        _ method: String, _ path: String, bytes: [UInt8]?, contentType: String, headers: [String: String] = [:],
        timeoutMilliseconds: Int64 = 30_000
    ) async throws -> SandboxAnswer {
        var request = HTTPClientRequest(url: baseURL + path)
        request.method = HTTPMethod(rawValue: method)
        request.headers.add(name: "accept", value: "application/json")
        if let token { request.headers.add(name: "authorization", value: "Bearer \(token)") }
        for (name, value) in headers { request.headers.replaceOrAdd(name: name, value: value) }
        if let bytes {
            request.headers.replaceOrAdd(name: "content-type", value: contentType)
            request.body = .bytes(bytes)
        }
        let response = try await HTTPClient.shared.execute(request, timeout: .milliseconds(timeoutMilliseconds))
        let body = try await response.body.collect(upTo: 64 << 20)
        let fields = response.headers.map { ($0.name.lowercased(), $0.value) }
        return SandboxAnswer(
            status: Int(response.status.code), headers: Dictionary(fields) { $1 }, body: Array(body.readableBytesView))
    }

    /// Sends a form, as token endpoints take it.
    public func sendForm(
        _ path: String, _ form: [(String, String)], headers: [String: String] = [:]
    ) async throws -> SandboxAnswer {
        let text = form.map { "\(Self.escaped($0.0))=\(Self.escaped($0.1))" }.joined(separator: "&")
        return try await send(
            "POST", path, bytes: Array(text.utf8), contentType: "application/x-www-form-urlencoded", headers: headers)
    }

    private static func escaped(_ text: String) -> String {
        text.utf8.map { byte in
            let character = Character(Unicode.Scalar(byte))
            let isPlain = character.isASCII && (character.isLetter || character.isNumber || "-_.~".contains(character))
            return isPlain ? String(character) : "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16).uppercased()
        }.joined()
    }

    // MARK: The control API

    /// Calls the control API; any refusal is an error with its text.
    @discardableResult
    public func control(_ method: String, _ path: String, _ body: JSON? = nil) async throws -> JSON {
        let answer = try await send(method, "/_sandbox/" + path, body)
        guard answer.status == 200 else {
            throw SandboxControlError("\(method) \(path): \(answer.status) \(answer.json)")
        }
        return answer.json
    }

    /// Plans a fault for the next matching request.
    public func fault(_ effect: JSON, method: String? = nil, path: String? = nil, count: Int = 1) async throws {
        try await control(
            "POST", "faults",
            ["effect": effect, "method": .optional(method), "path": .optional(path), "count": .int(count)])
    }

    /// Waits until all webhooks that are due have been delivered or given up.
    public func settleWebhooks(timeoutMilliseconds: Int = 20_000) async throws {
        let state = try await control("POST", "webhooks/settle", ["timeoutMilliseconds": .int(timeoutMilliseconds)])
        guard state["settled"]?.boolValue == true else {
            throw SandboxControlError("webhooks did not settle: \(state)")
        }
    }
}
