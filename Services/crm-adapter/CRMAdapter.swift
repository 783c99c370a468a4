import AdapterKit
import ServiceKit

/// Speaks for the company's CRM.
@main
enum CRMAdapter {
    static func main() async {
        await ServiceMain.run(
            "crm-adapter",
            about: "speaks for the company's CRM: reads its changes, writes what others shall show there",
            compose: compose)
    }
}
