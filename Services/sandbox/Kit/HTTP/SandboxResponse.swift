/// One answer of a vendor's sandbox.
public struct SandboxResponse: Sendable {
    /// The HTTP status.
    public var status: Int
    /// The header fields.
    public var headers: [(name: String, value: String)]
    /// The whole body.
    public var body: [UInt8]

    /// An answer.
    public init(status: Int, headers: [(String, String)] = [], body: [UInt8] = []) {
        self.status = status
        self.headers = headers.map { (name: $0.0, value: $0.1) }
        self.body = body
    }

    /// An answer of JSON.
    public static func json(_ value: JSON, status: Int = 200, headers: [(String, String)] = []) -> SandboxResponse {
        SandboxResponse(
            status: status, headers: [("Content-Type", "application/json;charset=utf-8")] + headers,
            body: value.serialized())
    }

    /// A page of HTML, as a proxy in front of a vendor answers.
    public static func html(status: Int) -> SandboxResponse {
        SandboxResponse(
            status: status, headers: [("Content-Type", "text/html; charset=utf-8")],
            body: Array(
                "<!DOCTYPE html><html><head><title>\(status)</title></head><body>Unavailable</body></html>".utf8))
    }
}
