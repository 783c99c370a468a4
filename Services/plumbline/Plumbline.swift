@main struct PlumblineMain { static func main() {} }
