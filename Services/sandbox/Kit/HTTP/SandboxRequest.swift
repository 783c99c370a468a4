import Foundation
public import HTTPTypes
import Synchronization

/// What a vendor tells about a request while it works on it, for the history.
public final class RequestTrace: Sendable {
    private struct State {
        var actor: SandboxActor?
        var operation: String?
    }

    private let state = Mutex(State())

    init() {}

    /// Who sent the request, once that is known.
    public var actor: SandboxActor? {
        get { state.withLock { $0.actor } }
        set { state.withLock { $0.actor = newValue } }
    }

    /// What the request does, where its path does not tell.
    public var operation: String? {
        get { state.withLock { $0.operation } }
        set { state.withLock { $0.operation = newValue } }
    }
}

/// One request as a vendor's sandbox sees it.
public struct SandboxRequest: Sendable {
    /// The number of the request; changes in the history refer to it.
    public let id: UInt64
    /// The method in upper case.
    public let method: String
    /// The path as sent, without the query.
    public let path: String
    /// The path with its query, as sent.
    public let target: String
    /// The parts of the path, percent-escapes decoded.
    public let segments: [String]
    /// The parts of the query in order, escapes decoded.
    public let query: [(name: String, value: String)]
    /// The host and port that the client called.
    public let authority: String?
    /// The header fields.
    public let headers: HTTPFields
    /// The whole body.
    public let body: [UInt8]
    /// The sandbox time of arrival.
    public let receivedAt: SandboxInstant
    /// How old a change must be for this request's searches to see it, in milliseconds.
    public internal(set) var indexLag: Int64 = 0
    /// How many requests of this vendor are under way, this one included.
    public internal(set) var concurrency = 1
    /// Where the vendor tells what it learns about the request.
    public let trace = RequestTrace()

    /// A request as it arrived.
    public init(
        id: UInt64, method: String, target: String, authority: String? = nil, headers: HTTPFields, body: [UInt8],
        receivedAt: SandboxInstant
    ) {
        self.authority = authority
        self.id = id
        self.method = method
        self.target = target
        self.headers = headers
        self.body = body
        self.receivedAt = receivedAt
        let mark = target.firstIndex(of: "?")
        path = mark.map { String(target[..<$0]) } ?? target
        segments = path.split(separator: "/").map { Self.decoded($0, plusIsSpace: false) }
        query = mark.map { Self.pairs(target[target.index(after: $0)...]) } ?? []
    }

    /// The first query value of that name.
    public func query(_ name: String) -> String? { query.first { $0.name == name }?.value }

    /// All query values of that name, also those joined by commas.
    public func queryList(_ name: String) -> [String] {
        query.filter { $0.name == name }.flatMap { $0.value.split(separator: ",").map(String.init) }
    }

    /// The header of that name.
    public func header(_ name: String) -> String? {
        HTTPField.Name(name).flatMap { headers[$0] }
    }

    /// The token after `Bearer` in the authorisation header.
    public var bearerToken: String? {
        guard let value = headers[.authorization], value.prefix(7).lowercased() == "bearer " else { return nil }
        // By bytes: a token may be long, and every request has one.
        var token = value.utf8.dropFirst(7).drop { $0 == UInt8(ascii: " ") }
        while token.last == UInt8(ascii: " ") { token.removeLast() }
        return String(Substring(token))
    }

    /// The user and password of a basic authorisation header.
    public var basicCredentials: (user: String, password: String)? {
        guard let value = headers[.authorization], value.lowercased().hasPrefix("basic "),
            let data = Data(base64Encoded: String(value.dropFirst(6)).trimmingCharacters(in: .whitespaces))
        else { return nil }
        let text = String(decoding: data, as: UTF8.self)
        guard let colon = text.firstIndex(of: ":") else { return nil }
        return (String(text[..<colon]), String(text[text.index(after: colon)...]))
    }

    /// The body as JSON.
    public func json() throws(JSONSyntaxError) -> JSON {
        try JSON(parsing: body)
    }

    /// The body as a form; the last value of a name wins.
    public func form() -> [String: String] {
        Dictionary(Self.pairs(Substring(String(decoding: body, as: UTF8.self))).map { ($0.name, $0.value) }) { $1 }
    }

    private static func pairs(_ text: Substring) -> [(name: String, value: String)] {
        text.split(separator: "&").map { pair in
            guard let equals = pair.firstIndex(of: "=") else { return (decoded(pair, plusIsSpace: true), "") }
            return (
                decoded(pair[..<equals], plusIsSpace: true),
                decoded(pair[pair.index(after: equals)...], plusIsSpace: true)
            )
        }
    }

    private static func decoded(_ text: Substring, plusIsSpace: Bool) -> String {
        guard text.utf8.contains(where: { $0 == UInt8(ascii: "%") || $0 == UInt8(ascii: "+") }) else {
            return String(text)
        }
        let plain = plusIsSpace ? String(text).replacing("+", with: " ") : String(text)
        return plain.removingPercentEncoding ?? plain
    }
}
