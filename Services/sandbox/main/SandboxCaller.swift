import AsyncHTTPClient
import NIOCore
import NIOHTTP1
import SandboxKit

/// Asks the control API of imitated vendors that another process serves.
struct SandboxCaller: Sendable {
    /// Where a vendor serves.
    let url: String

    /// Calls the control API.
    ///
    /// - Throws: `SandboxControlError` with the address and the answer where it is no success.
    func call(_ method: HTTPMethod, _ path: String, _ body: JSON? = nil) async throws -> JSON {
        let address = "\(url)/_sandbox/\(path)"
        var request = HTTPClientRequest(url: address)
        request.method = method
        if let body { request.body = .bytes(body.serialized()) }
        let response: HTTPClientResponse
        let bytes: ByteBuffer
        do {
            response = try await HTTPClient.shared.execute(request, timeout: .seconds(10))
            bytes = try await response.body.collect(upTo: 1 << 20)
        } catch {
            throw SandboxControlError("\(address) gave no answer: \(error)")
        }
        guard response.status == .ok else {
            let answer = String(decoding: bytes.readableBytesView, as: UTF8.self)
            throw SandboxControlError("\(address) answered \(response.status.code): \(answer)")
        }
        return try JSON(parsing: Array(bytes.readableBytesView))
    }
}
