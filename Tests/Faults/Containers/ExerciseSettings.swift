/// What an exercise is told.
struct ExerciseSettings: Sendable {
    let seed: UInt64
    let steps: [ExerciseStep]
    /// The tags of the images to begin with, and to upgrade to.
    let oldVersion: String
    let newVersion: String
    /// Actions of people a second.
    let pace: Double
    /// How many seconds the broker stands still.
    let pauseSeconds: Int
    /// How old the backup has to be before it is restored, and how many of our writes it must not know.
    let backupMinutes: Double
    let backupWrites: Int
    /// Operators' commands that end an upgrade.
    let afterUpgrade: [[String]]

    /// For how long people are given something to do; beyond that they have nothing more.
    private static let longestMinutes = 60.0

    /// People do nothing that only our audit log knows of where a backup without it is restored.
    private var kinds: Set<Step.Kind> { steps.contains(.restore) ? RestoreRun.steps : Set(Step.Kind.allCases) }

    /// What people do.
    var workload: Workload {
        Workload(seed: seed, cases: 400, actions: Int(pace * Self.longestMinutes * 60), steps: kinds)
            .without(Self.ofMainJob)
    }

    /// The customers who would have the telephone numbers of the main job's.
    private static let ofMainJob = 110..<200
}
