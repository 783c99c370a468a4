internal import Foundation
internal import Glibc

/// Runs a small program to its end, with bounds on its time and on what it prints.
struct BoundedProgram: Sendable {
    /// How it ended.
    enum End: Sendable, Hashable {
        /// By itself, with this code.
        case exited(Int32)
        /// By a signal that was not ours.
        case signalled(Int32)
        /// It was killed, with all of its process group, since its time was up.
        case timedOut
        /// It was killed, since it had printed too much.
        case tooLong
    }

    /// What came of it.
    struct Outcome: Sendable {
        var end: End
        /// What it has printed on standard output; never more than the bound and one reading.
        var output: [UInt8] = []
        /// The end of what it has printed on standard error.
        var errors: [UInt8] = []
    }

    /// It could not be started.
    struct Failure: Error, CustomStringConvertible {
        let description: String
    }

    let path: String
    let arguments: [String]
    /// All of its environment.
    let environment: [String: String]
    let limit: Duration
    let longestOutput: Int

    private static let longestErrors = 4096

    /// Runs it on a thread of its own, since waiting for a process blocks.
    func run() async throws(Failure) -> Outcome {
        let result: Result<Outcome, Failure> = await withCheckedContinuation { continuation in
            Thread.detachNewThread { continuation.resume(returning: runHere()) }
        }
        return try result.get()
    }

    private func runHere() -> Result<Outcome, Failure> {
        guard let output = Channel() else { return .failure(Self.failure(errno)) }
        defer { output.close() }
        guard let errors = Channel() else { return .failure(Self.failure(errno)) }
        defer { errors.close() }
        var pid = pid_t()
        let code = spawn(&pid, output: output.writing, errors: errors.writing)
        guard code == 0 else { return .failure(Self.failure(code)) }
        // Else its end would not be the end of what can be read.
        output.closeWriting()
        errors.closeWriting()
        return .success(follow(pid, output, errors))
    }

    /// Reads and waits until it has ended, or has to.
    private func follow(_ pid: pid_t, _ output: Channel, _ errors: Channel) -> Outcome {
        let deadline = ContinuousClock.now + limit
        var outcome = Outcome(end: .timedOut)
        while true {
            // Looked at before the pipes are emptied: what it has printed is in them once it has ended.
            var status: Int32 = 0
            let ended = waitpid(pid, &status, WNOHANG)
            // Where whoever has started us ignores SIGCHLD, nobody learns how a child ended: then its output must tell.
            let hasEnded = ended == pid || (ended < 0 && errno == ECHILD)
            output.drain(into: &outcome.output, until: longestOutput)
            errors.drain(into: &outcome.errors, until: .max)
            outcome.errors.removeFirst(max(outcome.errors.count - Self.longestErrors, 0))
            let isTooLong = outcome.output.count > longestOutput
            if hasEnded {
                outcome.end = isTooLong ? .tooLong : Self.end(status)
                return outcome
            }
            if isTooLong || .now >= deadline {
                outcome.end = isTooLong ? .tooLong : .timedOut
                // Its children, too: they have its group's number.
                kill(-pid, SIGKILL)
                while waitpid(pid, &status, 0) < 0, errno == EINTR {}
                return outcome
            }
            // Short, since the end of the process itself wakes nobody where its children keep the pipes open.
            Channel.wait(for: [output, errors], milliseconds: 10)
        }
    }

    private func spawn(_ pid: inout pid_t, output: Int32, errors: Int32) -> Int32 {
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var signals = sigset_t()
        sigemptyset(&signals)
        posix_spawnattr_setsigmask(&attributes, &signals)
        sigfillset(&signals)
        posix_spawnattr_setsigdefault(&attributes, &signals)
        posix_spawnattr_setflags(
            &attributes, Int16(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP))
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_adddup2(&actions, output, 1)
        posix_spawn_file_actions_adddup2(&actions, errors, 2)
        // What else this process has open is none of its business.
        for descriptor in Int32(3)..<256 { posix_spawn_file_actions_addclose(&actions, descriptor) }
        var words = ([path] + arguments).map { strdup($0) } + [nil]
        var variables = environment.map { strdup("\($0)=\($1)") } + [nil]
        defer { for text in words + variables { free(text) } }
        return posix_spawn(&pid, path, &actions, &attributes, &words, &variables)
    }

    private static func end(_ status: Int32) -> End {
        let signal = status & 0x7F
        return signal == 0 ? .exited(status >> 8 & 0xFF) : .signalled(signal)
    }

    private static func failure(_ code: Int32) -> Failure {
        Failure(description: String(cString: strerror(code)))
    }
}

/// A pipe from a child; used by one thread.
private final class Channel {
    private var reading: Int32
    private(set) var writing: Int32

    init?() {
        var ends: [Int32] = [-1, -1]
        guard pipe(&ends) == 0 else { return nil }
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        _ = fcntl(ends[0], F_SETFL, O_NONBLOCK)
        reading = ends[0]
        writing = ends[1]
    }

    func closeWriting() {
        if writing >= 0 { Glibc.close(writing) }
        writing = -1
    }

    func close() {
        closeWriting()
        if reading >= 0 { Glibc.close(reading) }
        reading = -1
    }

    /// Takes what is there, a bounded share of it, until there are more than `limit` bytes.
    func drain(into bytes: inout [UInt8], until limit: Int) {
        var chunk = [UInt8](repeating: 0, count: 16_384)
        for _ in 0..<16 where reading >= 0 && bytes.count <= limit {
            let count = read(reading, &chunk, chunk.count)
            if count > 0 {
                bytes.append(contentsOf: chunk[..<count])
            } else if count == 0 {
                // The other end is closed: a poll of it would return at once, again and again.
                Glibc.close(reading)
                reading = -1
            } else if errno != EINTR {
                return
            }
        }
    }

    /// Waits until there is something to read.
    static func wait(for channels: [Channel], milliseconds: Int32) {
        // poll(2) passes over a negative descriptor.
        var descriptors = channels.map { pollfd(fd: $0.reading, events: Int16(POLLIN), revents: 0) }
        poll(&descriptors, nfds_t(descriptors.count), milliseconds)
    }
}
