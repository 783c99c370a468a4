import SystemSupport

/// The ports of this machine by which an exercise reaches the database and the vendors (Tests/Containers/exercise.yml).
struct ExercisePorts: Sendable {
    let postgres = FreePort.take()
    let hubspot = FreePort.take()
    let jobber = FreePort.take()
    let quickbooks = FreePort.take()

    var environment: [String: String] {
        [
            "EXERCISE_POSTGRES_PORT": "\(postgres)", "EXERCISE_HUBSPOT_PORT": "\(hubspot)",
            "EXERCISE_JOBBER_PORT": "\(jobber)", "EXERCISE_QUICKBOOKS_PORT": "\(quickbooks)",
        ]
    }
}
