import Foundation

/// Who the story is about: new names each time, since names are unique in the ledger.
struct Cast: Sendable {
    let customer: String
    let firstName: String
    let lastName: String
    let phone: String
    let email: String
    let street: String

    private static let families = [
        "Abbott", "Becker", "Castillo", "Donnelly", "Ellison", "Fischer", "Grady", "Hoffman", "Ibarra", "Jensen",
        "Keller", "Lindqvist", "Miller", "Navarro", "Okafor", "Petersen", "Quigley", "Ramirez", "Sandoval", "Thornton",
        "Underwood", "Vasquez", "Whitaker", "Yamada", "Zimmerman",
    ]
    private static let trades = [
        "Dental", "Print Works", "Bakery", "Veterinary Clinic", "Fitness", "Book Store", "Brewing", "Day Care",
    ]
    private static let firstNames = ["Dana", "Robin", "Casey", "Jordan", "Morgan", "Taylor", "Avery", "Riley"]
    private static let streets = ["Aspen Court", "Larimer Street", "Pearl Street", "Sheridan Boulevard", "Vine Street"]

    /// A household that no system has heard of.
    static func household(unlike taken: Set<String>) -> Cast { make(taken) { family, _ in "\(family) Residence" } }

    /// A business that no system has heard of.
    static func business(unlike taken: Set<String>) -> Cast { make(taken) { family, trade in "\(family) \(trade)" } }

    private static func make(_ taken: Set<String>, name: (String, String) -> String) -> Cast {
        for number in 1... {
            for family in families.shuffled() {
                let plain = name(family, trades.randomElement() ?? "")
                let customer = number == 1 ? plain : "\(plain) \(number)"
                guard !taken.contains(customer) else { continue }
                let first = firstNames.randomElement() ?? ""
                let address = customer.lowercased().replacing(" ", with: "-")
                return Cast(
                    customer: customer, firstName: first, lastName: family, phone: Self.phone(),
                    email: "\(first.lowercased())@\(address).example",
                    street: "\(Int.random(in: 100...9899)) \(streets.randomElement() ?? "")")
            }
        }
        fatalError("there is always a number that is not taken")
    }

    /// A number of those that are kept for stories.
    static func phone() -> String { "(303) 555-01\(Int.random(in: 10...99))" }
}
