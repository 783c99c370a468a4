@main struct FSMAdapterMain { static func main() {} }
