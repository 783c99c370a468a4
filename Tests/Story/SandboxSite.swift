import AsyncHTTPClient
import Foundation
import NIOCore
import NIOHTTP1

/// The control API of one imitated vendor.
struct SandboxSite: Sendable {
    /// The vendor's name as people say it.
    let system: String
    let url: String

    /// What a person does in the vendor's own pages; gives the ids of what was made or changed.
    @discardableResult
    func act(_ user: String, _ actions: [JSON]) async throws -> [JSON] {
        try await call("POST", "act", ["user": .string(user), "actions": .array(actions)])["ids"].items
    }

    /// A record by its id; `null` where there is none.
    func record(_ type: String, _ id: String) async throws -> JSON {
        try await call("GET", "records?type=\(type)&id=\(Self.escaped(id))", none: 404)
    }

    /// All records of a type.
    func records(_ type: String) async throws -> [JSON] {
        try await call("GET", "records?type=\(type)&limit=100000").items
    }

    private func call(_ method: String, _ path: String, _ body: JSON? = nil, none: Int? = nil) async throws -> JSON {
        var request = HTTPClientRequest(url: "\(url)/_sandbox/\(path)")
        request.method = HTTPMethod(rawValue: method)
        if let body {
            request.headers.add(name: "content-type", value: "application/json")
            request.body = .bytes(ByteBuffer(bytes: try body.data))
        }
        let status: Int
        let bytes: ByteBuffer
        do {
            let response = try await HTTPClient.shared.execute(request, timeout: .seconds(20))
            status = Int(response.status.code)
            bytes = try await response.body.collect(upTo: 64 << 20)
        } catch {
            throw SandboxRefusal(system: system, reason: "\(url) gave no answer: \(error)")
        }
        if let none, status == none { return .null }
        let answer = try? JSON(parsing: Data(bytes.readableBytesView))
        guard status == 200, let answer else {
            throw SandboxRefusal(
                system: system,
                reason:
                    "\(method) \(path.prefix(40)) was answered with \(status): \(answer?["error"].text ?? "no reason")")
        }
        return answer
    }

    private static func escaped(_ text: String) -> String {
        text.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? text
    }
}
