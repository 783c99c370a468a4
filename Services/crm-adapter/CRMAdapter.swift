import AdapterKit
import ServiceKit

/// Speaks for the company's CRM.
@main
enum CRMAdapter {
    static func main() async {
        await ServiceMain.run("crm-adapter", compose: compose)
    }
}
