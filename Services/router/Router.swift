import ServiceKit

/// Decides, field by field, what every system shall show.
@main
enum RouterMain {
    static func main() async {
        await ServiceMain.run(
            "router", about: "decides, field by field, what every system shall show", compose: Router.compose)
    }
}
