@main struct ReconcilerMain { static func main() {} }
