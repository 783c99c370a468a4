import Foundation

/// Tells the story: for people as lines, for programs as one JSON object per step.
struct Narrator: Sendable {
    /// How it is told.
    enum Voice: Sendable {
        case text, json
        /// For whoever only wants it to come true.
        case silent
    }

    let voice: Voice
    /// How long a step may take.
    let patience: Duration
    private(set) var plot = ""

    private static let interval = Duration.milliseconds(80)

    init(_ voice: Voice, patience: Duration) {
        self.voice = voice
        self.patience = patience
    }

    func telling(_ plot: String) -> Narrator {
        var narrator = self
        narrator.plot = plot
        return narrator
    }

    /// The heading of a story.
    func begin(_ title: String) {
        say(["step": "title", "text": .string(title)], "\n\(title)\n\(String(repeating: "=", count: title.count))")
    }

    /// Tells what a person does, lets them do it, and gives the moment as the cause of what follows.
    func act<Value>(
        _ text: String, _ action: () async throws -> Value
    ) async rethrows -> (value: Value, cause: ContinuousClock.Instant) {
        say(["step": "act", "text": .string(text)], "\n\(text)")
        // What follows cannot be seen before the action is committed, so its beginning is the fair start of the time.
        let cause = ContinuousClock.now
        return (try await action(), cause)
    }

    /// The same for an action of which nothing is needed later.
    func act(_ text: String, _ action: () async throws -> Void) async rethrows -> ContinuousClock.Instant {
        let done: (value: Void, cause: ContinuousClock.Instant) = try await act(text, action)
        return done.cause
    }

    /// Waits until something is to be seen in a system, and tells it with the time since its cause.
    ///
    /// - Parameters:
    ///   - awaited: what should come true, for the reader of a failure.
    ///   - record: the shared id of the record to look at, where it is known.
    @discardableResult
    func see<Value>(
        _ awaited: String, in system: String, since cause: ContinuousClock.Instant, record: String? = nil,
        _ look: () async throws -> Sighting<Value>
    ) async throws -> Value {
        let limit = ContinuousClock.now + patience
        while true {
            switch try await look() {
            case .there(let value, let text):
                let passed = ContinuousClock.now - cause
                say(
                    [
                        "step": "effect", "system": .string(system), "text": .string(text),
                        "seconds": .number(Decimal(Self.milliseconds(passed)) / 1000),
                    ], "\(Self.seconds(passed))  \(system): \(text)")
                return value
            case .notYet(let instead):
                guard ContinuousClock.now < limit else {
                    throw Disappointment(awaited: awaited, system: system, instead: instead, record: record)
                }
                try await Task.sleep(for: Self.interval)
            }
        }
    }

    /// Tells what is true without any waiting.
    func remark(_ text: String) {
        say(["step": "remark", "text": .string(text)], "          \(text)")
    }

    /// Tells why the story ends before its time.
    func tell(_ disappointment: Disappointment) {
        say(
            [
                "step": "failure", "system": .string(disappointment.system),
                "awaited": .string(disappointment.awaited), "instead": .string(disappointment.instead),
                "look": .array(disappointment.look.map(JSON.string)),
            ], "  FAILED  \(disappointment.text)")
    }

    /// Tells that a system would not do what the story asked of it.
    func tell(_ refusal: SandboxRefusal) {
        say(
            ["step": "failure", "system": .string(refusal.system), "instead": .string(refusal.reason)],
            "  FAILED  \(refusal.system): \(refusal.reason)")
    }

    func end(after duration: Duration) {
        say(
            ["step": "end", "seconds": .number(Decimal(Self.milliseconds(duration)) / 1000)],
            "\nAll of it came true, in \(Self.seconds(duration).drop { $0 == " " }).")
    }

    private func say(_ object: JSON, _ text: String) {
        if case .silent = voice { return }
        var line = text
        if case .json = voice, case .object(var members) = object {
            if !plot.isEmpty { members["story"] = .string(plot) }
            line = (try? JSON.object(members).data).map { String(decoding: $0, as: UTF8.self) } ?? "{}"
        }
        // Each line at once, also into a pipe; one that nobody reads any more is no reason to crash.
        print(line)
        fflush(nil)
    }

    private static func milliseconds(_ duration: Duration) -> Int64 {
        duration.components.seconds * 1000 + duration.components.attoseconds / 1_000_000_000_000_000
    }

    private static func seconds(_ duration: Duration) -> String {
        let tenths = (milliseconds(duration) + 50) / 100
        let text = "\(tenths / 10).\(tenths % 10) s"
        return String(repeating: " ", count: max(0, 8 - text.count)) + text
    }
}
