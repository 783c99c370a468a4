import AdapterKit
import ServiceKit

/// Speaks for the company's field service.
@main
enum FSMAdapter {
    static func main() async {
        await ServiceMain.run(
            "fsm-adapter",
            about: "speaks for the company's field service: reads its changes, writes what others shall show there",
            compose: compose)
    }
}
