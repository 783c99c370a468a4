/// A currency by its three letters of ISO 4217.
public struct CurrencyCode: Hashable, Sendable, CustomStringConvertible {
    /// The three capital letters.
    public let code: String

    /// Takes three letters, capitals or not; nil for anything else.
    public init?(_ code: some StringProtocol) {
        let upper = code.uppercased()
        guard upper.utf8.count == 3, upper.utf8.allSatisfy({ $0 >= UInt8(ascii: "A") && $0 <= UInt8(ascii: "Z") })
        else {
            return nil
        }
        self.code = upper
    }

    private init(known code: String) {
        self.code = code
    }

    /// United States dollar.
    public static let usd = CurrencyCode(known: "USD")

    /// How many digits the minor unit has: 2 for most, 0 for the yen, 3 for the Kuwaiti dinar (ISO 4217).
    public var minorDigits: Int {
        switch code {
        case "BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG", "RWF", "UGX", "VND", "VUV", "XAF", "XOF",
            "XPF":
            0
        case "BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND": 3
        default: 2
        }
    }

    /// The three letters.
    public var description: String { code }
}
