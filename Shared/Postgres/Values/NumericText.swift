/// A `numeric` in decimal notation.
///
/// Sums and averages of integers arrive as `numeric`, so it can be read; nothing of ours is stored as one.
struct NumericText {
    let decimal: String

    /// Reads the binary format of `numeric_send`: digit groups of base 10,000, most significant first.
    init(_ bytes: UnsafeRawBufferPointer) throws(PostgresError) {
        var reader = WireReader(bytes)
        let count = Int(try reader.integer(Int16.self))
        let weight = Int(try reader.integer(Int16.self))
        let sign = try reader.integer(UInt16.self)
        let scale = Int(try reader.integer(UInt16.self))
        switch sign {
        case 0x0000, 0x4000: break
        case 0xC000: self.decimal = "NaN"; return
        case 0xD000: self.decimal = "Infinity"; return
        case 0xF000: self.decimal = "-Infinity"; return
        default: throw .decoding("found a numeric of an unknown sign")
        }
        var groups: [Int16] = []
        for _ in 0..<max(count, 0) { groups.append(try reader.integer(Int16.self)) }
        func group(_ index: Int) -> String {
            let text = String(groups.indices.contains(index) ? groups[index] : 0)
            return String(repeating: "0", count: max(4 - text.count, 0)) + text
        }
        var whole = ""
        for index in 0..<max(weight + 1, 0) { whole += group(index) }
        whole = String(whole.drop { $0 == "0" })
        var fraction = ""
        var index = weight + 1
        while fraction.count < scale {
            fraction += group(index)
            index += 1
        }
        let number = (whole.isEmpty ? "0" : whole) + (scale > 0 ? "." + fraction.prefix(scale) : "")
        decimal = (sign == 0x4000 ? "-" : "") + number
    }

    func integer() throws(PostgresError) -> Int64 {
        let parts = decimal.split(separator: ".", maxSplits: 1)
        guard parts.count < 2 || parts[1].allSatisfy({ $0 == "0" }), let value = parts.first.flatMap({ Int64($0) })
        else { throw .decoding("found a numeric that is no integer of 64 bits") }
        return value
    }

    func double() throws(PostgresError) -> Double {
        guard let value = Double(decimal) else { throw .decoding("found a numeric that is no number") }
        return value
    }
}
