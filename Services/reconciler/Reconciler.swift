import ServiceKit

/// Looks at the whole: seals, freshness, waits, snapshots, retention.
@main
enum ReconcilerMain {
    static func main() async {
        await ServiceMain.run("reconciler", compose: Reconciler.compose)
    }
}
