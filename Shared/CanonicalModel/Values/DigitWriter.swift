/// Writes days and times, of which every audit entry has a dozen, without a string for each number.
struct DigitWriter {
    private let buffer: UnsafeMutableBufferPointer<UInt8>
    private var count = 0

    /// The text of at most so many bytes that the body writes.
    static func text(capacity: Int, _ write: (inout DigitWriter) -> Void) -> String {
        String(unsafeUninitializedCapacity: capacity) { buffer in
            var writer = DigitWriter(buffer)
            write(&writer)
            return writer.count
        }
    }

    private init(_ buffer: UnsafeMutableBufferPointer<UInt8>) {
        self.buffer = buffer
    }

    mutating func write(_ byte: UInt8) {
        buffer[count] = byte
        count += 1
    }

    /// Writes a number of 0 or more with as many digits as are said, or as it needs.
    mutating func write(_ value: Int64, digits: Int) {
        var rest = value
        var needed = digits
        var limit = (0..<digits).reduce(Int64(1)) { limit, _ in limit * 10 }
        while rest >= limit {
            needed += 1
            limit *= 10
        }
        for place in stride(from: needed - 1, through: 0, by: -1) {
            buffer[count + place] = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest % 10)
            rest /= 10
        }
        count += needed
    }

    mutating func write(_ date: BusinessDate) {
        if date.year < 0 { write(UInt8(ascii: "-")) }
        write(Int64(abs(date.year)), digits: 4)
        write(UInt8(ascii: "-"))
        write(Int64(date.month), digits: 2)
        write(UInt8(ascii: "-"))
        write(Int64(date.day), digits: 2)
    }
}
