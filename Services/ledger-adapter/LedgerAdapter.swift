@main struct LedgerAdapterMain { static func main() {} }
