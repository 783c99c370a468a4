import ServiceKit

/// Looks at the whole: seals, freshness, waits, snapshots, retention.
@main
enum ReconcilerMain {
    static func main() async {
        await ServiceMain.run(
            "reconciler", about: "looks at the whole: seals, freshness, alerts, replays, snapshots, retention",
            compose: Reconciler.compose)
    }
}
