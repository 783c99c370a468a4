extension Migration {
    /// Which programs the schema still serves with this migration, told by the number of the last migration that a
    /// program knows; nil where those of before are served as before.
    ///
    /// A migration that takes something away says it in a line `-- serves programs since: 0012` of its `up`, and so
    /// under its checksum. The number is that of the first migration that came with, or after, a program that no
    /// longer needs what goes.
    ///
    /// - Throws: `MigrationError` for a line that names no migration up to this one, and for a second line: one that
    ///   is passed over would keep programs at work on what they cannot work with.
    public var servesFrom: Int? {
        get throws(MigrationError) {
            let lines = up.split(whereSeparator: \.isNewline).filter { $0.lowercased().hasPrefix(Self.mark) }
            guard let line = lines.first else { return nil }
            let rest = line.dropFirst(Self.mark.count)
            let digits = rest.dropFirst().drop { $0 == " " }
            guard lines.count == 1, rest.first == ":", let since = Int(digits), (1...number).contains(since) else {
                throw MigrationError(
                    code: .invalid,
                    message: "\(label): \"\(line)\" is to be one line `\(Self.mark): NNNN` with the number of a "
                        + "migration up to this one")
            }
            return since
        }
    }

    private static let mark = "-- serves programs since"
}
