/// Compares what a build expects with what a database has, and decides the next step.
///
/// Pure: the migrator reads the rows and runs the step.
struct MigrationPlan {
    /// A migration that the database says was applied.
    struct Applied: Equatable {
        var number: Int
        var name: String
        var checksum: String
        /// The last migration of the oldest programs that the schema serves with it; nil where a program applied it
        /// that did not write that down yet.
        var servesFrom: Int?

        var label: String {
            Migration.label(number: number, name: name)
        }
    }

    enum Step: Equatable {
        case up(Migration)
        case down(Migration)
    }

    /// In order of their numbers.
    let expected: [Migration]
    /// In order of their numbers.
    let applied: [Applied]

    /// The next step towards a number; nil when it is reached.
    ///
    /// A database that is newer and serves this build has all that the build could apply.
    ///
    /// - Parameter target: the number of the last migration to be applied; 0 for none, nil for all.
    func nextStep(towards target: Int?) throws(MigrationError) -> Step? {
        if target == nil, isNewer {
            _ = try check()
            return nil
        }
        let target = target ?? expected.last?.number ?? 0
        guard target == 0 || expected.contains(where: { $0.number == target }) else {
            throw MigrationError(code: .invalid, message: "there is no migration \(target)")
        }
        // What is applied must be the beginning of what is expected, or any step would build on sand.
        guard isPrefix else { throw mismatch("the migrations applied to the database are not those of this build") }
        if let last = applied.last, last.number > target {
            return .down(expected[applied.count - 1])
        }
        guard applied.count < expected.count, expected[applied.count].number <= target else { return nil }
        return .up(expected[applied.count])
    }

    /// Throws unless the expected migrations are applied, and whatever else is applied still serves this build.
    func check() throws(MigrationError) -> SchemaStanding {
        guard isNewer else {
            guard isPrefix, applied.count == expected.count else {
                throw mismatch(
                    "the schema of the database is not the one that this build works with; run `plumbline migrate` of "
                        + "the same version")
            }
            return .same
        }
        let unknown = applied.dropFirst(expected.count)
        let floors = unknown.compactMap(\.servesFrom)
        guard let last = unknown.last, let floor = floors.max(), floors.count == unknown.count else {
            throw mismatch(
                "the database has migrations that this program does not know, and does not say which programs it "
                    + "serves with them; upgrade this program")
        }
        let known = expected.last?.number ?? 0
        guard known >= floor else {
            throw MigrationError(
                code: .outdated,
                message: "this program knows migrations up to \(known), but the database is at \(last.label) and "
                    + "serves programs that know migration \(floor); upgrade this program")
        }
        return .newer(last: last.label, servesFrom: floor)
    }

    /// Whether all that is expected is applied, and more after it.
    private var isNewer: Bool {
        applied.count > expected.count && zip(expected, applied).allSatisfy { Self.agree($0, $1) }
    }

    private var isPrefix: Bool {
        applied.count <= expected.count && zip(expected, applied).allSatisfy { Self.agree($0, $1) }
    }

    private static func agree(_ expected: Migration, _ applied: Applied) -> Bool {
        expected.number == applied.number && expected.name == applied.name && expected.checksum == applied.checksum
    }

    /// The error with both lists side by side, those that differ marked.
    private func mismatch(_ message: String) -> MigrationError {
        let left = Dictionary(uniqueKeysWithValues: expected.map { ($0.number, $0) })
        let right = Dictionary(applied.map { ($0.number, $0) }) { first, _ in first }
        let rows = Set(left.keys).union(right.keys).sorted().map { number in
            let expected = left[number].map { Self.cell($0.label, $0.checksum) }
            let applied = right[number].map { Self.cell($0.label, $0.checksum) }
            return (expected ?? "–", applied ?? "–")
        }
        let width = rows.map(\.0.count).max().map { max($0, 8) } ?? 8
        func line(_ mark: String, _ left: String, _ right: String) -> String {
            "\n\(mark) \(left)\(String(repeating: " ", count: max(width - left.count, 0)))  \(right)"
        }
        let table = rows.map { line($0.0 == $0.1 ? " " : "!", $0.0, $0.1) }
        return MigrationError(
            code: .mismatch, message: message + line(" ", "expected", "applied") + table.joined())
    }

    private static func cell(_ label: String, _ checksum: String) -> String {
        "\(label) (\(checksum.prefix(8)))"
    }
}
