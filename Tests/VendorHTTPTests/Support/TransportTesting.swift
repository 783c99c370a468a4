import Foundation
import Testing
import VendorHTTP

/// A transport that may speak plain http, for the loopback.
func plainTransport(_ change: (inout CurlTransport.Configuration) -> Void = { _ in }) throws -> CurlTransport {
    var configuration = CurlTransport.Configuration()
    configuration.allowsPlainHTTP = true
    change(&configuration)
    return try CurlTransport(configuration: configuration)
}

extension HTTPTransport {
    /// The error of a request that must fail.
    func failure(
        _ request: HTTPRequest, sourceLocation: SourceLocation = #_sourceLocation
    ) async throws -> VendorHTTPError {
        do throws(VendorHTTPError) {
            let response = try await send(request)
            Issue.record("answered with \(response.status)", sourceLocation: sourceLocation)
            throw VendorHTTPError(.invalidResponse, .notSent, "answered")
        } catch {
            return error
        }
    }
}

extension HTTPResponse {
    var text: String { String(decoding: body, as: UTF8.self) }
}
