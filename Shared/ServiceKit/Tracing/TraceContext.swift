/// Names a trace and the step in it, as W3C Trace Context does in its `traceparent` header.
///
/// The text is `00-<32 hexadecimal digits>-<16 hexadecimal digits>-<2 hexadecimal digits>`.
public struct TraceContext: Sendable, Hashable {
    /// The sampled flag of the trace flags.
    private static let sampledFlag: UInt8 = 1

    /// The trace, 32 lower-case hexadecimal digits.
    public let traceID: String
    /// The step that sent it, 16 lower-case hexadecimal digits.
    public let spanID: String
    /// Whether the sender records this trace.
    public let isSampled: Bool

    private init(traceID: String, spanID: String, isSampled: Bool) {
        self.traceID = traceID
        self.spanID = spanID
        self.isSampled = isSampled
    }

    /// Begins a trace.
    public init(using generator: inout some RandomNumberGenerator, isSampled: Bool = true) {
        let trace = Self.digits(Self.identifier(&generator)) + Self.digits(Self.identifier(&generator))
        self.init(traceID: trace, spanID: Self.digits(Self.identifier(&generator)), isSampled: isSampled)
    }

    /// Reads a `traceparent` header; nil for one that must be ignored by the rules of the standard.
    ///
    /// A version after 00 may carry more fields behind a further dash; version ff, upper case and all-zero ids are
    /// refused.
    public init?(traceparent: String) {
        let bytes = Array(traceparent.utf8)
        let dash = UInt8(ascii: "-")
        guard bytes.count >= 55, bytes[2] == dash, bytes[35] == dash, bytes[52] == dash else { return nil }
        let version = bytes[0..<2]
        let isCurrent = version.elementsEqual("00".utf8)
        guard Self.isHexadecimal(version), !version.elementsEqual("ff".utf8) else { return nil }
        guard bytes.count == 55 || (!isCurrent && bytes[55] == dash) else { return nil }
        let trace = bytes[3..<35]
        let span = bytes[36..<52]
        let flags = bytes[53..<55]
        guard Self.isIdentifier(trace), Self.isIdentifier(span), Self.isHexadecimal(flags),
            let value = UInt8(String(decoding: flags, as: UTF8.self), radix: 16)
        else { return nil }
        self.init(
            traceID: String(decoding: trace, as: UTF8.self), spanID: String(decoding: span, as: UTF8.self),
            isSampled: value & Self.sampledFlag != 0)
    }

    /// The next step of the same trace.
    public func child(using generator: inout some RandomNumberGenerator) -> TraceContext {
        TraceContext(traceID: traceID, spanID: Self.digits(Self.identifier(&generator)), isSampled: isSampled)
    }

    /// The header's value.
    public var traceparent: String {
        "00-\(traceID)-\(spanID)-\(isSampled ? "01" : "00")"
    }

    /// A number that is not zero, which the standard forbids.
    private static func identifier(_ generator: inout some RandomNumberGenerator) -> UInt64 {
        UInt64.random(in: 1...UInt64.max, using: &generator)
    }

    private static func digits(_ value: UInt64) -> String {
        let text = String(value, radix: 16)
        return String(repeating: "0", count: 16 - text.utf8.count) + text
    }

    private static func isHexadecimal(_ bytes: ArraySlice<UInt8>) -> Bool {
        bytes.allSatisfy {
            (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains($0)
        }
    }

    private static func isIdentifier(_ bytes: ArraySlice<UInt8>) -> Bool {
        isHexadecimal(bytes) && bytes.contains { $0 != UInt8(ascii: "0") }
    }
}

extension TraceContext: CustomStringConvertible {
    /// The header's value.
    public var description: String { traceparent }
}
