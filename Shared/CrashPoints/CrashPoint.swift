#if PLUMBLINE_CRASH_POINTS
    internal import Foundation
    internal import Glibc
    internal import Synchronization
#endif

/// A named point at which a process can be made to die: before and after each step that others can see.
///
/// The points sit in the only wrappers for these steps. Debug builds have them (the define `PLUMBLINE_CRASH_POINTS`); in a
/// release build `pass` is empty. Two variables of the environment arm a process: `PLUMBLINE_CRASH_AT` names the point at
/// which it kills itself, as `description` writes it, and `PLUMBLINE_CRASH_TRACE` a file that gets a line for each point
/// when it is first passed, and one that begins with `died` for the point at which the process has ended.
public struct CrashPoint: Hashable, Sendable, CustomStringConvertible {
    /// What is done at the point.
    public enum Step: String, Sendable, CaseIterable {
        /// A transaction of the database is committed.
        case commit
        /// Links of records to objects are made, inside a transaction.
        case link
        /// A message is written to the broker.
        case publish
        /// The broker's confirm of messages is taken up.
        case confirm
        /// Messages are acknowledged to the broker, or rejected.
        case ack
        /// A request is written to a vendor.
        case send
        /// A vendor's answer is taken up.
        case answer
    }

    /// On which side of the step.
    public enum Edge: String, Sendable, CaseIterable {
        case before, after
    }

    /// On which side of the step.
    public let edge: Edge
    /// What is done.
    public let step: Step
    /// Where: the transaction's function, or the vendor's operation; empty where there is one place only.
    public let place: String

    /// Such as `before commit EgressWriter.write`.
    public var description: String {
        place.isEmpty ? "\(edge.rawValue) \(step.rawValue)" : "\(edge.rawValue) \(step.rawValue) \(place)"
    }

    /// Tells that a step is about to be done, or has been done; where the process is to die here, it does.
    ///
    /// - Parameter place: computed only where somebody listens.
    @inlinable
    public static func pass(_ edge: Edge, _ step: Step, _ place: @autoclosure () -> String = "") {
        #if PLUMBLINE_CRASH_POINTS
            guard isArmed else { return }
            passed(CrashPoint(edge: edge, step: step, place: place()))
        #endif
    }

    @usableFromInline
    init(edge: Edge, step: Step, place: String) {
        self.edge = edge
        self.step = step
        self.place = place
    }

    /// The name of a place in the code: file and function, without module and parameters.
    public static func place(_ file: StaticString, _ function: StaticString) -> String {
        let name = "\(file)".split(separator: "/").last.map { $0.prefix { $0 != "." } } ?? ""
        return "\(name).\("\(function)".prefix { $0 != "(" })"
    }

    #if PLUMBLINE_CRASH_POINTS
        @usableFromInline static let isArmed = target != nil || trace != nil

        private static let target = ProcessInfo.processInfo.environment["PLUMBLINE_CRASH_AT"]
        private static let trace = ProcessInfo.processInfo.environment["PLUMBLINE_CRASH_TRACE"]
        private static let seen = Mutex<Set<CrashPoint>>([])

        @usableFromInline
        static func passed(_ point: CrashPoint) {
            let isNew = seen.withLock { $0.insert(point).inserted }
            if isNew { write("\(point)\n") }
            guard let target, target == "\(point)" else { return }
            write("died \(point)\n")
            kill(getpid(), SIGKILL)
            // The signal is on its way: nothing more may happen here.
            while true { pause() }
        }

        /// In one call, so that lines of several processes do not mix.
        private static func write(_ line: String) {
            guard let trace else { return }
            let file = open(trace, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0o600)
            guard file >= 0 else { return }
            defer { close(file) }
            _ = line.withCString { Glibc.write(file, $0, strlen($0)) }
        }
    #endif
}
