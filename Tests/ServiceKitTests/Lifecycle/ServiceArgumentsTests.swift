import Testing

@testable import ServiceKit

@Suite("The arguments of a service")
struct ServiceArgumentsTests {
    @Test("ask for what is documented, and for nothing else")
    func parsed() {
        let readings: [([String], ServiceArguments)] = [
            ([], .run), (["--help"], .help), (["-h"], .help), (["--version"], .version), (["health"], .health(.ready)),
            (["health", "ready"], .health(.ready)), (["health", "live"], .health(.live)),
            (["health", "well"], .wrong("well")), (["health", "live", "now"], .wrong("now")), (["run"], .wrong("run")),
            (["--help", "me"], .wrong("me")), (["--Version"], .wrong("--Version")), ([""], .wrong("")),
        ]
        for (words, expected) in readings { #expect(ServiceArguments(words) == expected, "\(words)") }
    }

    @Test("are told with each key: its variable, what it means, what it accepts and what holds without it")
    func help() {
        let keys = [
            ConfigurationKey(key: "a.b", meaning: "how many", allowed: "a whole number", fallback: .value("3")),
            ConfigurationKey(key: "c", meaning: "where", allowed: "a path", fallback: .required),
            ConfigurationKey(key: "d", meaning: "why", allowed: "text", fallback: .absent),
            ConfigurationKey(key: "e", meaning: "who", allowed: "text", fallback: .value("")),
        ]
        let text = ServiceHelp.text(of: "router", about: "decides", keys: keys)
        #expect(text.hasPrefix("router: decides\n\nusage: router [--help | --version | health [live|ready]]\n"))
        #expect(text.contains("  PLUMBLINE_A_B  (a.b)\n      how many\n      a whole number; default 3\n"))
        #expect(text.contains("      a path; required\n") && text.contains("      text; optional\n"))
        #expect(text.hasSuffix("      text; empty by default"))
    }

    @Test("The version has three numbers")
    func version() {
        #expect(ProductVersion.current.wholeMatch(of: #/\d+\.\d+\.\d+(-[a-z0-9.]+)?/#) != nil)
    }
}
