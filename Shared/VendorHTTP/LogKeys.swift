/// The keys of log metadata that this module writes.
enum LogKeys {
    static let method = "http.method"
    static let url = "http.url"
    static let status = "http.status"
    static let milliseconds = "http.milliseconds"
    static let requestBytes = "http.request.bytes"
    static let responseBytes = "http.response.bytes"
    static let delivery = "http.delivery"
    static let errorCode = "error.code"
    static let error = "error"
}
