import CanonicalModel
import SyncPolicy
import Testing

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// The policy that the product ships with, as the tests read it.
enum ShippedPolicy {
    static let text: String = {
        // Tests/SyncPolicyTests/ShippedPolicy.swift
        let folder = #filePath.split(separator: "/").dropLast(3).joined(separator: "/")
        return contents(of: "/\(folder)/deploy/policy/source-of-truth.yaml")
    }()

    private static let loaded = Result { try SourceOfTruth(yaml: text, version: 1) }

    static func load() throws -> SourceOfTruth { try loaded.get() }

    /// The shipped policy with some words replaced, as its next version.
    static func changed(_ words: String, to others: String) throws -> SourceOfTruth {
        try SourceOfTruth(yaml: text.replacing(words, with: others), version: 2)
    }

    private static func contents(of path: String) -> String {
        guard let file = fopen(path, "rb") else { return "" }
        defer { fclose(file) }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while case let count = fread(&buffer, 1, buffer.count, file), count > 0 { bytes += buffer[..<count] }
        return String(decoding: bytes, as: UTF8.self)
    }
}
