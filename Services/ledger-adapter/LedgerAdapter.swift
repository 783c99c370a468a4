import AdapterKit
import ServiceKit

/// Speaks for the company's ledger.
@main
enum LedgerAdapter {
    static func main() async {
        await ServiceMain.run("ledger-adapter", compose: compose)
    }
}
