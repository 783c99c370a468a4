@main struct CRMAdapterMain { static func main() {} }
