import Synchronization

/// Randomness from a seed, so that a run can be repeated.
public final class SandboxRandom: Sendable {
    private let state: Mutex<SplitMix64>

    /// The sequence that belongs to the seed.
    public init(seed: UInt64) {
        state = Mutex(SplitMix64(state: seed))
    }

    /// Starts the sequence of another seed.
    public func reseed(_ seed: UInt64) {
        state.withLock { $0 = SplitMix64(state: seed) }
    }

    /// A number from 0 up to but not including `bound`, which is at least 1.
    public func next(below bound: Int) -> Int {
        state.withLock { Int($0.next() % UInt64(max(1, bound))) }
    }

    /// A number from 0 up to but not including 1.
    public func fraction() -> Double {
        state.withLock { $0.fraction() }
    }

    /// A random UUID in lower case.
    public func uuid() -> String {
        var (high, low) = state.withLock { ($0.next(), $0.next()) }
        high = high & ~0xF000 | 0x4000
        low = low & ~(0b11 << 62) | (0b10 << 62)
        var bytes: [UInt8] = []
        bytes.reserveCapacity(36)
        for (index, word) in [high, low].enumerated() {
            for nibble in 0..<16 {
                let position = index * 16 + nibble
                if position == 8 || position == 12 || position == 16 || position == 20 {
                    bytes.append(UInt8(ascii: "-"))
                }
                bytes.append(Self.hexDigits[Int(word >> UInt64(60 - nibble * 4) & 0xF)])
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// A random word of letters and digits, as tokens are made of.
    public func token(_ length: Int) -> String {
        state.withLock { generator in
            var bytes: [UInt8] = []
            bytes.reserveCapacity(length)
            for _ in 0..<length { bytes.append(Self.letters[Int(generator.next() % UInt64(Self.letters.count))]) }
            return String(decoding: bytes, as: UTF8.self)
        }
    }

    private static let hexDigits = Array("0123456789abcdef".utf8)
    private static let letters = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789".utf8)
}

/// The generator of Steele, Lea and Flood: small, fast, and the same on every machine.
struct SplitMix64: RandomNumberGenerator, Sendable {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ mixed >> 30) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
        return mixed ^ mixed >> 31
    }

    mutating func fraction() -> Double {
        Double(next() >> 11) / Double(1 << 53)
    }
}
