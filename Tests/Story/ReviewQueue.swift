import Foundation

/// What waits for a person in the office, as the operators' program beside this one lists it.
struct ReviewQueue: Sendable {
    private let program: URL

    /// The queue of the set-up that the environment names; nil where it names no database.
    init?(environment: [String: String]) {
        let names = ["PLUMBLINE_DATABASE_URL", "PLUMBLINE_DATABASE_URL_FILE"]
        guard names.contains(where: { environment[$0]?.isEmpty == false }) else { return nil }
        program = URL(fileURLWithPath: CommandLine.arguments[0]).resolvingSymlinksInPath()
            .deletingLastPathComponent().appending(path: "plumbline")
    }

    /// The open proposals that name something, oldest first.
    func proposals(naming text: String) async throws -> [JSON] {
        try await list().items.filter { $0["proposed"].text?.contains(text) == true }
            .sorted { ($0["made_at"].text ?? "") < ($1["made_at"].text ?? "") }
    }

    private func list() async throws -> JSON {
        let file = FileManager.default.temporaryDirectory.appending(path: "proposals-\(UUID().uuidString).json")
        try Data().write(to: file)
        defer { try? FileManager.default.removeItem(at: file) }
        let process = Process()
        process.executableURL = program
        process.arguments = ["proposals", "list", "--json"]
        // A file, which takes in any length without a reader.
        process.standardOutput = try FileHandle(forWritingTo: file)
        let status = try await withCheckedThrowingContinuation { answer in
            process.terminationHandler = { answer.resume(returning: $0.terminationStatus) }
            do {
                try process.run()
            } catch {
                process.terminationHandler = nil
                answer.resume(throwing: error)
            }
        }
        guard status == 0 else {
            throw SandboxRefusal(system: "Plumbline", reason: "plumbline proposals list ended with \(status)")
        }
        return try JSON(parsing: Data(contentsOf: file))
    }
}
