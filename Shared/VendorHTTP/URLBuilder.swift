/// Builds the URL of a request from a base, path segments and a query, with everything encoded as it must be.
///
/// ```swift
/// let url = try URLBuilder(base: "https://api.example.com/v3").path("objects", id).query("limit", "100").url
/// ```
public struct URLBuilder: Sendable {
    private let base: String
    private var query: [String]

    /// Starts from an absolute URL; a slash at its end makes no difference, a query of it is kept.
    public init(base: String) throws(VendorHTTPError) {
        let parts = try RequestURL(base)
        var start = parts.withoutQuery
        while start.hasSuffix("/") { start.removeLast() }
        self.init(base: start, query: parts.query.map { $0.isEmpty ? [] : [$0] } ?? [])
    }

    private init(base: String, query: [String]) {
        self.base = base
        self.query = query
    }

    /// Adds segments to the path, each encoded as a whole: a slash inside one does not divide it.
    ///
    /// - Throws: `invalidURL` for an empty segment, `.` and `..`, which would lead to another resource.
    public func path(_ segments: String...) throws(VendorHTTPError) -> URLBuilder {
        var path = base
        for segment in segments {
            guard !segment.isEmpty, segment != ".", segment != ".." else {
                throw VendorHTTPError(.invalidURL, .notSent, "a segment of the path is empty, '.' or '..'")
            }
            path += "/" + PercentEncoding.component(segment)
        }
        return URLBuilder(base: path, query: query)
    }

    /// Adds a parameter to the query; none when the value is nil.
    public func query(_ name: String, _ value: String?) -> URLBuilder {
        guard let value else { return self }
        let parameter = "\(PercentEncoding.component(name))=\(PercentEncoding.component(value))"
        return URLBuilder(base: base, query: query + [parameter])
    }

    /// The whole URL.
    public var url: String {
        query.isEmpty ? base : base + "?" + query.joined(separator: "&")
    }
}
