import ArgumentParser
import Foundation
import Operations
import ServiceKit

/// The configuration, as commands read it.
enum Configured {
    /// Reads keys; faults are told, and end the command with 78.
    static func read<Value>(_ build: (CheckedConfiguration) -> Value) async throws -> Value {
        do {
            let reader = try await ConfigurationSource.reader(environment: ProcessInfo.processInfo.environment)
            return try CheckedConfiguration.read(reader, build)
        } catch {
            FileHandle.standardError.write(Data("plumbline: \(error)\n".utf8))
            throw ExitCode(ExitStatus.faultyConfiguration)
        }
    }

    /// The keys that are configured here; none of them must be.
    static func keys() async throws -> KeyRing {
        let (master, previous, signing, publicKeys) = try await read { config in
            (
                config.keySource("master.key", required: false, meaning: SealingConfiguration.currentMeaning),
                config.keySource("master.key.previous", required: false, meaning: SealingConfiguration.previousMeaning),
                config.keySource("audit.signing.key", required: false, meaning: AuditConfiguration.signingMeaning),
                AuditKey.publicKeys(config)
            )
        }
        var keys = KeyRing()
        if let current = try await master?.read() {
            keys.master = current.bytes
            keys.previous = try MasterKeys(current: current, previous: try await previous?.read()).previous?.bytes
        } else {
            keys.previous = try await previous?.read().bytes
        }
        keys.signing = try await signing?.read().bytes
        keys.publicKeys = publicKeys
        return keys
    }
}
