import ServiceKit

/// Decides, field by field, what every system shall show.
@main
enum RouterMain {
    static func main() async {
        await ServiceMain.run("router", compose: Router.compose)
    }
}
