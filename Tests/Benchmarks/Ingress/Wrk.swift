import Foundation
import SystemSupport

/// The load generator `wrk`, with bodies that were made and signed beforehand; each is sent once.
struct Wrk {
    let folder: URL
    let letters: WebhookLetters
    private let threads = 2
    private let connections = 64

    init(folder: URL, letters: WebhookLetters) {
        self.folder = folder
        self.letters = letters
    }

    /// How many requests were answered with 2xx, and how many of them a second.
    struct Result {
        var accepted: Int
        var perSecond: Double
    }

    /// Sends so many letters, each thread its part.
    func run(_ url: String, count: Int) async throws -> Result {
        let lines = letters.make(count).map { "\($0.signature) \($0.body)" }.joined(separator: "\n") + "\n"
        let bodies = folder.appending(path: "bodies.txt")
        let script = folder.appending(path: "bodies.lua")
        let log = folder.appending(path: "wrk.log")
        try Data(lines.utf8).write(to: bodies)
        try Data(Self.script.utf8).write(to: script)
        try? FileManager.default.removeItem(at: log)
        let child = try await ChildProcess(
            "wrk",
            [
                "/usr/bin/wrk", "-t\(threads)", "-c\(connections)", "-d60s", "-s", script.path(), url, "--",
                bodies.path(), "\(threads)",
            ], environment: [:], log: log)
        await child.ended()
        let text = try String(contentsOf: log, encoding: .utf8)
        guard let match = text.firstMatch(of: #/accepted ([0-9]+) in ([0-9]+) us/#), let accepted = Int(match.1),
            let microseconds = Double(match.2), accepted == count
        else { throw BenchFailure("wrk did not have all webhooks accepted: \(text.suffix(1000))") }
        return Result(accepted: accepted, perSecond: Double(accepted) / microseconds * 1e6)
    }

    /// A thread whose letters are all answered stops; until then it sends some that are turned away as unsigned.
    private static let script = """
        local count = 0
        local all = {}
        function setup(thread)
            thread:set("part", count)
            count = count + 1
            all[count] = thread
        end
        function init(arguments)
            letters, sent, accepted = {}, 0, 0
            local number = 0
            for line in io.lines(arguments[1]) do
                if number % tonumber(arguments[2]) == part then
                    local signature, body = line:match("^(%S+) (.*)$")
                    letters[#letters + 1] = wrk.format("POST", nil,
                        { ["Content-Type"] = "application/json", ["X-Jobber-Hmac-SHA256"] = signature }, body)
                end
                number = number + 1
            end
            unsigned = wrk.format("POST", nil, { ["Content-Type"] = "application/json" }, "{}")
        end
        function request()
            sent = sent + 1
            return letters[sent] or unsigned
        end
        function response(status)
            if status >= 200 and status < 300 then accepted = accepted + 1 end
            if accepted == #letters then wrk.thread:stop() end
        end
        function done(summary)
            local sum = 0
            for _, thread in ipairs(all) do sum = sum + thread:get("accepted") end
            print(string.format("accepted %d in %d us", sum, summary.duration))
        end

        """
}
