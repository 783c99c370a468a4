@main struct StoryMain { static func main() {} }
