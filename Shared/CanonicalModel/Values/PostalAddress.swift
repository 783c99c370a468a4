/// A postal address; any part may be empty.
public struct PostalAddress: Hashable, Sendable {
    /// Street and number.
    public var line1: String
    /// What else stands above the city.
    public var line2: String
    /// The city.
    public var city: String
    /// State, province or county.
    public var region: String
    /// The postal code.
    public var postalCode: String
    /// The country, as ISO 3166-1 alpha-2 where it is known.
    public var country: String

    /// Takes the parts.
    public init(
        line1: String = "", line2: String = "", city: String = "", region: String = "", postalCode: String = "",
        country: String = ""
    ) {
        self.line1 = line1
        self.line2 = line2
        self.city = city
        self.region = region
        self.postalCode = postalCode
        self.country = country
    }

    /// Whether every part is empty.
    public var isEmpty: Bool { self == PostalAddress() }
}
