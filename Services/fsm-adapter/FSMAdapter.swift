import AdapterKit
import ServiceKit

/// Speaks for the company's field service.
@main
enum FSMAdapter {
    static func main() async {
        await ServiceMain.run("fsm-adapter", compose: compose)
    }
}
