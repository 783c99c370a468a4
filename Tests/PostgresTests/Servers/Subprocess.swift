import Foundation

/// A program did not end well.
struct SubprocessFailure: Error {
    var command: String
    var status: Int32
    var output: String
}

/// Runs a program to its end, without blocking the cooperative pool.
///
/// Not by `Foundation.Process`: that takes a program for unfinished as long as a server which it started still runs.
func run(_ program: String, _ arguments: [String]) async throws {
    let output = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString).path
    defer { try? FileManager.default.removeItem(atPath: output) }
    let status = await withCheckedContinuation { continuation in
        Thread.detachNewThread { continuation.resume(returning: spawnAndWait(program, arguments, output: output)) }
    }
    guard status == 0 else {
        let text = (try? String(contentsOfFile: output, encoding: .utf8)) ?? ""
        throw SubprocessFailure(command: "\(program) \(arguments.joined(separator: " "))", status: status, output: text)
    }
}

private func spawnAndWait(_ program: String, _ arguments: [String], output: String) -> Int32 {
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
    posix_spawn_file_actions_addopen(&actions, 1, output, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
    posix_spawn_file_actions_adddup2(&actions, 1, 2)
    // What else this process has open is none of its business.
    for descriptor in Int32(3)..<256 { posix_spawn_file_actions_addclose(&actions, descriptor) }
    var words = ([program] + arguments).map { strdup($0) } + [nil]
    defer { for word in words { free(word) } }
    var pid = pid_t()
    let failure = posix_spawn(&pid, program, &actions, nil, &words, environ)
    guard failure == 0 else { return failure }
    var status: Int32 = 0
    while waitpid(pid, &status, 0) < 0 && errno == EINTR {}
    return status
}
