public import Foundation
import Glibc
import Synchronization

/// A program that runs beside the test and dies with it.
///
/// Each has a thread that starts it and waits for its end: the kernel kills the child when the thread that has started
/// it is gone (`PR_SET_PDEATHSIG`), so this thread may not end before.
public final class ChildProcess: Sendable {
    private struct State {
        var pid: pid_t = 0
        var end: Int32?
        var waiting: [CheckedContinuation<Void, Never>] = []
    }

    /// What it is called in messages.
    public let name: String
    /// Where its output goes.
    public let log: URL
    private let state = Mutex(State())

    /// Starts a program.
    ///
    /// - Parameters:
    ///   - environment: all of its environment.
    ///   - log: is appended to.
    public init(
        _ name: String, _ command: [String], environment: [String: String], log: URL
    ) async throws {
        self.name = name
        self.log = log
        let command = ["setpriv", "--pdeathsig", "KILL", "--"] + command
        let code = await withCheckedContinuation { continuation in
            Thread.detachNewThread { [self] in
                var pid: pid_t = 0
                let code = Self.spawn(command, environment, log: log.path(), &pid)
                if code == 0 { state.withLock { [pid] in $0.pid = pid } }
                continuation.resume(returning: code)
                if code == 0 { awaitEnd(of: pid) }
            }
        }
        guard code == 0 else { throw ChildFailure(name, "cannot be started: \(String(cString: strerror(code)))", log) }
    }

    /// The id of the process.
    public var pid: pid_t { state.withLock(\.pid) }

    /// Whether it runs.
    public var isRunning: Bool { state.withLock { $0.end == nil } }

    /// Its exit code, or 128 and the signal that ended it; nil while it runs.
    public var exitCode: Int32? {
        state.withLock(\.end).map { $0 & 0x7F == 0 ? $0 >> 8 & 0xFF : 128 + ($0 & 0x7F) }
    }

    /// Sends a signal, unless it has ended.
    public func send(_ signal: Int32) {
        state.withLock { state in
            // Until its end is taken note of, nobody else can have its id.
            if state.end == nil { kill(state.pid, signal) }
        }
    }

    /// Waits for its end.
    public func ended() async {
        await withCheckedContinuation { continuation in
            let hasEnded = state.withLock { state in
                if state.end == nil { state.waiting.append(continuation) }
                return state.end != nil
            }
            if hasEnded { continuation.resume() }
        }
    }

    /// Kills it, as a crash would, and waits for its end.
    public func crash() async {
        send(SIGKILL)
        await ended()
    }

    /// Asks it to end, and kills it when it has not ended in time.
    ///
    /// - Returns: whether it ended by itself.
    @discardableResult
    public func stop(by signal: Int32 = SIGTERM, within limit: Duration = .seconds(15)) async -> Bool {
        send(signal)
        // In a task of its own: also what a cancelled test has started must end.
        let isStopped = await Task {
            (try? await eventually("the end of \(name)", within: limit) { !isRunning }) != nil
        }.value
        if !isStopped { await crash() }
        return isStopped
    }

    private func awaitEnd(of pid: pid_t) {
        var info = siginfo_t()
        while waitid(P_PID, id_t(pid), &info, WEXITED | WNOWAIT) != 0, errno == EINTR {}
        let waiting = state.withLock { state in
            var end: Int32 = 0
            while waitpid(pid, &end, 0) < 0, errno == EINTR {}
            state.end = end
            defer { state.waiting = [] }
            return state.waiting
        }
        for continuation in waiting { continuation.resume() }
    }

    private static func spawn(
        _ command: [String], _ environment: [String: String], log: String, _ pid: inout pid_t
    ) -> Int32 {
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var signals = sigset_t()
        sigemptyset(&signals)
        posix_spawnattr_setsigmask(&attributes, &signals)
        sigfillset(&signals)
        posix_spawnattr_setsigdefault(&attributes, &signals)
        // A group of its own: no key press at the terminal reaches it.
        posix_spawnattr_setflags(
            &attributes, Int16(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP))
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_addopen(&actions, 1, log, O_WRONLY | O_CREAT | O_APPEND, 0o600)
        posix_spawn_file_actions_adddup2(&actions, 1, 2)
        var arguments = command.map { strdup($0) } + [nil]
        var variables = environment.map { strdup("\($0)=\($1)") } + [nil]
        defer { for text in arguments + variables { free(text) } }
        return posix_spawnp(&pid, command[0], &actions, &attributes, &arguments, &variables)
    }
}
