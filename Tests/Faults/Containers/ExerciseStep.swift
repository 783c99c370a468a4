import ArgumentParser

/// The parts of an exercise; by default all, in this order.
///
/// The backup is taken before the upgrade and restored after it: whoever loses a database soon after an upgrade has only a
/// backup of the older schema, and the broker holds messages that the newer release has written. The other order asks for less;
/// `--steps` gives it.
enum ExerciseStep: String, Sendable, Codable, CaseIterable, ExpressibleByArgument {
    /// Two adapters get more replicas under load.
    case scale
    /// One replica of each adapter is stopped in order, and started.
    case drain
    /// One of each service dies, servers included.
    case kill
    /// The broker stands still.
    case pause
    /// The adapters of the field service lose their way to it.
    case outage
    /// The field service refuses what is to be written, until letters are dead; they are replayed.
    case refusals
    /// A backup of the database is taken.
    case backup
    /// All services are replaced by another version, one container at a time.
    case upgrade
    /// The backup is restored, and everything is read again.
    case restore
    /// All services are brought back to one replica.
    case shrink

    /// What is wrong with the steps of a run, in that order; nil where nothing is.
    static func fault(in steps: [ExerciseStep]) -> String? {
        if Set(steps).count < steps.count { return "a step is named twice" }
        if let restore = steps.firstIndex(of: .restore), !steps[..<restore].contains(.backup) {
            return "what is to be restored has to be backed up before: backup is missing before restore"
        }
        return nil
    }
}
