internal import Glibc

extension CurlTransport {
    /// What a transport may do and how long it waits.
    public struct Configuration: Sendable {
        /// A proxy for all requests but those to the hosts of `bypass`.
        public struct Proxy: Sendable {
            /// Scheme `http`, `https`, `socks5` or `socks5h`, host and port, with user and password if needed.
            public var url: String
            /// Hosts to which requests go directly: names (which cover their subdomains) or addresses, or `*`.
            public var bypass: [String]

            /// Describes a proxy.
            public init(url: String, bypass: [String] = []) {
                self.url = url
                self.bypass = bypass
            }

            /// The password in the URL, decoded.
            var password: String? {
                guard let scheme = url.firstRange(of: "://"), let at = url.lastIndex(of: "@"), scheme.upperBound <= at
                else { return nil }
                let user = url[scheme.upperBound..<at]
                guard let colon = user.firstIndex(of: ":") else { return nil }
                return String(
                    decoding: PercentEncoding.decoded(user[user.index(after: colon)...].utf8, plusIsSpace: false),
                    as: UTF8.self)
            }
        }

        /// The connections to one host at a time, at most.
        public var maximumConnectionsPerHost = 8
        /// The connections in all at a time, at most; further requests wait within their deadline.
        public var maximumConnections = 64
        /// The time to resolve, connect and shake hands.
        public var connectTimeout: Duration = .seconds(10)
        /// How long a connection may be idle and still be used again.
        public var idleConnectionLifetime: Duration = .seconds(60)
        /// A file of trusted certificates (PEM), in place of the system's.
        public var caFile: String?
        /// The proxy; nil for none, whatever the environment says.
        public var proxy: Proxy?
        /// The header `User-Agent`.
        public var userAgent = "Plumbline"
        /// Whether to offer HTTP/2 on TLS connections; requests share one at the same time from libcurl 8.5 on.
        public var allowsHTTP2 = true
        /// Whether `http://` URLs are allowed; for a sandbox on the same machine only.
        public var allowsPlainHTTP = false
        /// A transfer with fewer bytes a second than this, for as long as `lowSpeedTime`, is given up; 0 for no limit.
        public var lowSpeedBytesPerSecond = 1
        /// How long a transfer may be slower than `lowSpeedBytesPerSecond`.
        public var lowSpeedTime: Duration = .seconds(60)

        /// The defaults, which fit the interfaces of vendors.
        public init() {}

        /// Refuses what cannot work, before the first request finds it out.
        func validate() throws(VendorHTTPError) {
            func fault(_ message: String) -> VendorHTTPError {
                VendorHTTPError(.invalidConfiguration, .notSent, message)
            }
            guard maximumConnectionsPerHost > 0, maximumConnections > 0 else {
                throw fault("the numbers of connections must be at least 1")
            }
            guard connectTimeout > .zero, idleConnectionLifetime >= .zero, lowSpeedTime >= .zero,
                lowSpeedBytesPerSecond >= 0
            else { throw fault("the connect time-out must be above 0 and the other limits at least 0") }
            if let caFile, access(caFile, R_OK) != 0 {
                throw fault("the file of trusted certificates \(caFile) cannot be read; set the path of a PEM file")
            }
            guard FieldSyntax.isValue(userAgent) else {
                throw fault("the user agent has a character that no header may have")
            }
            if let proxy {
                let schemes = ["http://", "https://", "socks5://", "socks5h://"]
                guard schemes.contains(where: proxy.url.hasPrefix),
                    proxy.url.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7f })
                else { throw fault("the proxy URL must begin with one of \(schemes.joined(separator: ", "))") }
            }
        }
    }
}
