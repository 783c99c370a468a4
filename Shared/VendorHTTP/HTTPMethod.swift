/// The methods that vendors' interfaces use.
public enum HTTPMethod: String, Sendable, Hashable, CaseIterable {
    case get = "GET"
    case post = "POST"
    case put = "PUT"
    case patch = "PATCH"
    case delete = "DELETE"

    /// Whether a request may reach the vendor twice without harm.
    ///
    /// Only a read counts: a second PUT may overwrite what somebody wrote in between.
    public var isRepeatable: Bool { self == .get }
}
