/// A request that has been checked and is ready for libcurl.
struct PreparedRequest: Sendable {
    let method: HTTPMethod
    let url: String
    /// As `CURLOPT_HTTPHEADER` takes them.
    let headerLines: [String]
    let body: [UInt8]?
    let maximumResponseBytes: Int
    let operation: String

    init(_ request: HTTPRequest, _ configuration: CurlTransport.Configuration) throws(VendorHTTPError) {
        let url = try RequestURL(request.url)
        guard url.scheme == .https || configuration.allowsPlainHTTP else {
            throw VendorHTTPError(.invalidURL, .notSent, "plain http is not allowed; use https://")
        }
        guard request.maximumResponseBytes >= 0 else {
            throw VendorHTTPError(.invalidRequest, .notSent, "the limit of the response must be at least 0 bytes")
        }
        method = request.method
        self.url = request.url
        body = request.body ?? (request.method == .get || request.method == .delete ? nil : [])
        maximumResponseBytes = request.maximumResponseBytes
        operation = request.operation
        // libcurl adds `Expect: 100-continue` to large bodies, which costs a round trip and a repeated request where a
        // server refuses it, and a content type to every body. A name with nothing behind it takes a header out.
        var lines = ["Expect:"]
        if request.headers["Content-Type"] == nil { lines.append("Content-Type:") }
        for field in request.headers.fields {
            guard FieldSyntax.isName(field.name), FieldSyntax.isValue(field.value) else {
                throw VendorHTTPError(
                    .invalidRequest, .notSent,
                    "a header has a name or value that cannot be sent: \(field.name.filter(\.isLetter).prefix(40))")
            }
            guard !FieldSyntax.isFraming(field.name) else {
                throw VendorHTTPError(
                    .invalidRequest, .notSent, "the header \(field.name) is set by the transport and cannot be given")
            }
            // A semicolon in place of the colon is how libcurl is told to send an empty value.
            lines.append(field.value.isEmpty ? "\(field.name);" : "\(field.name): \(field.value)")
        }
        headerLines = lines
    }
}
