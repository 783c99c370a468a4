/// Says where a service listens for HTTP.
///
/// ## Configuration keys
/// - `http.host` (address, default `127.0.0.1`): the local address to bind.
/// - `http.port` (0–65535, default 0): the port; 0 takes a free one, which is logged.
/// - `http.port.file` (path, optional): a file that gets the port actually used, once the service listens.
public struct HTTPConfiguration: Sendable, Hashable {
    /// The local address.
    public let host: String
    /// The port asked for; 0 for a free one.
    public let port: Int
    /// Where to write the port in use.
    public let portFile: String?

    /// Reads the keys.
    public init(config: CheckedConfiguration) {
        host = config.text(
            "http.host", default: "127.0.0.1", allowed: "a local address, for example 127.0.0.1 or ::",
            meaning: "the local address to listen at"
        ) {
            !$0.contains { $0.isWhitespace || $0 == "/" }
        }
        port = config.integer(
            "http.port", default: 0, in: 0...65535,
            meaning: "the port to listen at; 0 takes a free one, which is logged")
        portFile = config.optionalText(
            "http.port.file", allowed: "the path of a file that can be written",
            meaning: "gets the port in use once the service listens")
    }
}
