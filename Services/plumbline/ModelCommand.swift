import ArgumentParser
import CanonicalModel
import Foundation

/// Writes what is generated from the canonical model.
struct ModelCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "model", abstract: "Writes what is generated from the canonical model.",
        subcommands: [Dictionary.self])

    struct Dictionary: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Writes the data dictionary and the JSON Schemas below docs/.")

        @Option(help: "The project's folder.")
        var folder = "."

        func run() async throws {
            for file in DataDictionary.files() {
                let url = URL(fileURLWithPath: folder).appendingPathComponent(file.path)
                try FileManager.default.createDirectory(
                    at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
                try Data(file.text.utf8).write(to: url)
                print("wrote \(file.path)")
            }
        }
    }
}
