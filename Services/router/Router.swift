@main struct RouterMain { static func main() {} }
