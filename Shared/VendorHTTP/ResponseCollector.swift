/// Gathers a response from the pieces that libcurl hands over, within limits.
struct ResponseCollector {
    /// The size that all header lines may have together.
    static let maximumHeaderBytes = 256 << 10

    /// The size that the body may have.
    var limit = 0
    /// The status of the newest response that has begun; 0 before.
    private(set) var status = 0
    private(set) var headers = HTTPHeaders()
    private(set) var body: [UInt8] = []
    /// Whether a limit was passed.
    private(set) var isTooLarge = false
    private var headerBytes = 0
    private var headersEnded = false

    /// Takes one header line; false to give up.
    mutating func takeHeader(_ line: UnsafeBufferPointer<UInt8>) -> Bool {
        headerBytes += line.count
        guard headerBytes <= Self.maximumHeaderBytes else {
            isTooLarge = true
            return false
        }
        let text = String(decoding: line, as: UTF8.self)
        if text.hasPrefix("HTTP/") {
            // A final response after an interim one (100, 103), or an answer to a repeated GET.
            headers = HTTPHeaders()
            body = []
            headersEnded = false
            status = text.split(separator: " ", maxSplits: 2).dropFirst().first.flatMap { Int($0.prefix(3)) } ?? 0
            return true
        }
        guard line.contains(where: { $0 != 0x0d && $0 != 0x0a }) else {
            headersEnded = true
            return true
        }
        // Fields behind the body (trailers) are not the fields of the response.
        guard !headersEnded, let colon = text.utf8.firstIndex(of: UInt8(ascii: ":")) else { return true }
        headers.add(String(text[..<colon]), trimmed(text[colon...].dropFirst()))
        return true
    }

    /// Takes a piece of the decompressed body; false to give up.
    mutating func takeBody(_ piece: UnsafeBufferPointer<UInt8>) -> Bool {
        guard piece.count <= limit - body.count else {
            isTooLarge = true
            return false
        }
        if body.isEmpty, let length = headers["Content-Length"].flatMap({ Int($0) }), length > 0 {
            // The announced length saves growing; a false one must not reserve memory without end.
            body.reserveCapacity(min(length, limit, 1 << 20))
        }
        body.append(contentsOf: piece)
        return true
    }

    /// The response, once it is complete.
    func response(_ version: HTTPVersion) -> HTTPResponse {
        var headers = headers
        if headers["Content-Encoding"] != nil {
            headers.remove("Content-Encoding")
            headers.remove("Content-Length")
        }
        return HTTPResponse(status: status, headers: headers, body: body, httpVersion: version)
    }

    private func trimmed(_ text: Substring) -> String {
        let bytes = text.utf8.drop { $0 <= 0x20 }
        let count = bytes.reversed().drop { $0 <= 0x20 }.count
        return String(decoding: bytes.prefix(count), as: UTF8.self)
    }
}
