/// What every value of one customer begins with, so that its records are known in every system by their own words.
struct CaseKey: Sendable, Hashable {
    let number: Int

    init(_ number: Int) {
        self.number = number
    }

    /// The key that a text begins with.
    init?(beginning text: String) {
        let digits = text.dropFirst().prefix { $0.isASCII && $0.isNumber }
        guard text.first == "c", digits.count == 4, text.dropFirst(5).first.map({ $0 == " " || $0 == "." }) ?? true,
            let number = Int(digits)
        else { return nil }
        self.number = number
    }

    /// Such as `c0007`.
    var text: String {
        let digits = String(number)
        return "c" + String(repeating: "0", count: max(4 - digits.count, 0)) + digits
    }

    /// The telephone number that the customer has from the beginning; its digits are in no other one.
    var phone: String { "(303) 555-" + text.dropFirst() }

    /// A number that the field believes to be right.
    var otherPhone: String { "(720) 555-" + text.dropFirst() }
}
