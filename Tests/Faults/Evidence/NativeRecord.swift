import Foundation
import SandboxKit

/// A record as its history has left it.
struct NativeRecord: Sendable {
    let system: NativeSystem
    let type: String
    let id: String
    /// Who made it.
    let maker: String
    var fields: [String: JSON] = [:]
    var isDeleted = false

    /// A text that is not empty.
    func text(_ name: String) -> String? {
        switch fields[name] {
        case .string(let text): text.isEmpty ? nil : text
        case .int(let number): String(number)
        case .decimal(let number): "\(number)"
        default: nil
        }
    }

    /// An amount in cents; nil where there is none.
    func cents(_ name: String) -> Int? { Cents.of(fields[name]) }

    /// The id that a reference of the form `{"value": …}` holds.
    func reference(_ name: String) -> String? { fields[name]?["value"]?.stringValue }

    /// The value of a custom field; nil where there is none.
    func customField(_ configuration: String?) -> String? {
        guard let configuration else { return nil }
        let value = fields["customFields"]?.arrayValue?
            .first { $0["configurationId"]?.stringValue == configuration }?["value"]?.stringValue
        return value.flatMap { $0.isEmpty ? nil : $0 }
    }
}

/// Amounts of money, exact to the cent.
enum Cents {
    /// Reads a number, or a text such as `12.50` or `12.50 USD`.
    static func of(_ value: JSON?) -> Int? {
        switch value {
        case .int(let number): number * 100
        case .decimal(let number): Int("\(number * 100)")
        case .string(let text): of(text)
        default: nil
        }
    }

    static func of(_ text: String) -> Int? {
        guard let first = text.split(separator: " ").first, let number = Decimal(string: String(first)) else {
            return nil
        }
        return Int("\(number * 100)")
    }

    /// As people write it: `12.50`.
    static func text(_ cents: Int) -> String {
        let rest = cents % 100
        return "\(cents / 100)." + (rest < 10 ? "0" : "") + "\(rest)"
    }
}
