import AdapterKit
import ServiceKit

/// Speaks for the company's ledger.
@main
enum LedgerAdapter {
    static func main() async {
        await ServiceMain.run(
            "ledger-adapter",
            about: "speaks for the company's ledger: reads its changes, writes customers and invoices there",
            compose: compose)
    }
}
