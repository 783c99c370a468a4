import ArgumentParser
import CanonicalModel
import Foundation
import Operations
import ServiceKit

/// Verifies the audit log.
struct AuditCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "audit", abstract: "Verifies the audit log.", subcommands: [Verify.self, Key.self])

    struct Verify: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Recomputes the whole chain and compares it with entries, seals and anchors.",
            discussion: """
                The keys are those given by --public-key alone; without it the signing key of
                PLUMBLINE_AUDIT_SIGNING_KEY_FILE (or …_COMMAND), and those that have signed before it, which
                PLUMBLINE_AUDIT_PUBLIC_KEYS lists. The anchors are in the file named by --anchors, or by
                PLUMBLINE_AUDIT_ANCHOR_FILE. Exit code 1 where anything does not agree; the first fault is told.
                """)

        @Option(
            name: .customLong("public-key"),
            help: ArgumentHelp("A public key that has signed; may be given again after a rotation.", valueName: "hex"))
        var publicKeys: [String] = []

        @Option(help: ArgumentHelp("The file of anchors.", valueName: "file"))
        var anchors: String?

        @Flag(
            name: .customLong("no-anchors"),
            help: "Verify without anchors: whoever owns the database could cut the end.")
        var withoutAnchors = false

        @OptionGroup var output: OutputOptions

        func run() async throws {
            var keys = try publicKeys.map { text in
                guard let bytes = AuditKey.bytes(text) else {
                    throw ValidationError("'\(text)' is no public key: 64 hexadecimal digits")
                }
                return bytes
            }
            var key: [UInt8]?
            if keys.isEmpty {
                key = try await AuditKey.configured()
                keys = try await Configured.read { AuditKey.publicKeys($0) }
            }
            let file = withoutAnchors ? nil : try await AuditKey.anchors(anchors)
            let result = try await Database.with { [key, keys] pool in
                try await AuditOperations(pool).verify(signingKey: key, publicKeys: keys, anchors: file)
            }
            output.show(result.json, text: result.text)
            if result.fault != nil { throw ExitCode.failure }
        }
    }

    struct Key: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Prints the public key that verifies what the signing key seals; it is no secret.")

        func run() async throws {
            let key = try AuditOperations.publicKey(of: try await AuditKey.configured())
            print(AuditKey.text(key))
        }
    }
}

/// The keys and files of the audit log, as commands find them.
enum AuditKey {
    /// The signing key of the configuration.
    static func configured() async throws -> [UInt8] {
        let source = try await Configured.read { config in
            config.keySource("audit.signing.key", meaning: AuditConfiguration.signingMeaning)
        }
        return try await source?.read().bytes ?? []
    }

    /// The public keys that have signed before the signing key.
    static func publicKeys(_ config: CheckedConfiguration) -> [[UInt8]] {
        let form = "public keys of 64 hexadecimal digits, separated by commas; plumbline audit key prints one"
        let text = config.optionalText(
            "audit.public.keys", allowed: form, meaning: "what has signed the audit log before the signing key")
        guard let text else { return [] }
        let keys = text.split(separator: ",").map { word in bytes(word.filter { !$0.isWhitespace }) }
        guard !keys.contains(nil) else {
            config.fault("audit.public.keys", "is \"\(text.prefix(80))\"", allowed: form)
            return []
        }
        return keys.compactMap { $0 }
    }

    /// The file of anchors: as it is given, else that of the configuration; it must be there.
    static func anchors(_ given: String?) async throws -> String {
        let path: String
        if let given {
            path = given
        } else {
            path = try await Configured.read {
                $0.text("audit.anchor.file", allowed: "the path of the file of anchors, unless --anchors names it")
            }
        }
        // Without this, a file that was moved away would look like one that never was.
        guard FileManager.default.isReadableFile(atPath: path) else {
            throw OperationFailure(
                "there is no file of anchors at \(path); name it by --anchors, or verify without by --no-anchors")
        }
        return path
    }

    static func bytes(_ text: String) -> [UInt8]? {
        let digits = text.compactMap(\.hexDigitValue)
        guard digits.count == 64, text.count == 64 else { return nil }
        return stride(from: 0, to: 64, by: 2).map { UInt8(digits[$0] << 4 | digits[$0 + 1]) }
    }

    static func text(_ bytes: [UInt8]) -> String {
        bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }
}
