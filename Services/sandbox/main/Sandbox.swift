@main struct SandboxMain { static func main() {} }
