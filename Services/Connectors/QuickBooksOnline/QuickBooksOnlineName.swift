import CanonicalModel

/// A customer's name as QuickBooks Online takes it, and back.
///
/// Display names are unique across customers, vendors and employees. Where ours is taken it gets the last eight digits
/// of our id behind it: the same record always gets the same name, two records never do, and reading leaves the digits
/// out.
enum QuickBooksOnlineName {
    /// Stands for the colon, which separates a sub-customer from its customer and cannot be in a name.
    private static let colon: Character = "\u{A789}"
    private static let deleted = " (deleted)"

    /// The name to write; nil where it has a tab or a line break, which cannot be written.
    static func display(_ name: String) -> String? {
        guard !name.contains(where: { $0 == "\t" || $0.isNewline }) else { return nil }
        return String(name.map { $0 == ":" ? colon : $0 })
    }

    /// The name to write when somebody else has it.
    static func unique(_ display: String, record: CanonicalID) -> String {
        display + " [\(record.description.suffix(8))]"
    }

    /// The name that a display name stands for.
    ///
    /// - Parameter isActive: false for a customer that was made inactive, whose name says so.
    static func name(ofDisplay display: String, isActive: Bool) -> String {
        var text = Substring(display)
        if !isActive, text.hasSuffix(deleted) { text = text.dropLast(deleted.count) }
        if text.count > 11, text.hasSuffix("]"), text.dropLast(9).hasSuffix(" ["),
            text.dropLast().suffix(8).utf8.allSatisfy(isHexDigit)
        {
            text = text.dropLast(11)
        }
        return String(text.map { $0 == colon ? ":" : $0 })
    }

    private static func isHexDigit(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains(byte)
    }
}
