import Foundation
import Glibc
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

    /// Sends so many letters, each thread its part, until all are stored.
    ///
    /// - Parameter stored: how many rows there are; wrk is stopped once they are all there, for it would wait to the end
    ///   of its time.
    /// - Returns: how many were answered with 2xx.
    func run(_ url: String, count: Int, stored: () async throws -> Int) async throws -> Int {
        let lines = letters.make(count).map { "\($0.signature) \($0.body)" }.joined(separator: "\n") + "\n"
        let bodies = folder.appending(path: "bodies.txt")
        let script = folder.appending(path: "bodies.lua")
        let log = folder.appending(path: "wrk.log")
        try Data(lines.utf8).write(to: bodies)
        try Data(Self.script.utf8).write(to: script)
        try? FileManager.default.removeItem(at: log)
        let goal = try await stored() + count
        let child = try await ChildProcess(
            "wrk",
            [
                "/usr/bin/wrk", "-t\(threads)", "-c\(connections)", "-d120s", "--timeout", "30s", "-s", script.path(),
                url, "--", bodies.path(), "\(threads)",
            ], environment: [:], log: log)
        while child.isRunning, try await stored() < goal { try await Task.sleep(for: .milliseconds(250)) }
        // The last answers are on their way.
        try await Task.sleep(for: .milliseconds(500))
        child.send(SIGINT)
        await child.ended()
        let text = try String(contentsOf: log, encoding: .utf8)
        guard let match = text.firstMatch(of: #/accepted ([0-9]+)/#), let accepted = Int(match.1), accepted == count
        else { throw BenchFailure("wrk did not have all webhooks accepted: \(text.suffix(1000))") }
        return accepted
    }

    /// A thread whose letters are all answered stops; until then it sends, slowly, some that are turned away as unsigned.
    ///
    /// Before it begins, wrk asks the first thread for a request that it does not send.
    private static let script = """
        local count = 0
        local all = {}
        function setup(thread)
            thread:set("part", count)
            count = count + 1
            all[count] = thread
        end
        function init(arguments)
            letters, sent, accepted, refused = {}, part == 0 and -1 or 0, 0, 0
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
            return letters[math.max(sent, 1)] or unsigned
        end
        function delay()
            return sent < #letters and 0 or 20
        end
        function response(status)
            if status >= 200 and status < 300 then accepted = accepted + 1 else refused = refused + 1 end
            if accepted == #letters or refused > 20000 then wrk.thread:stop() end
        end
        function done()
            local sum = 0
            for _, thread in ipairs(all) do sum = sum + thread:get("accepted") end
            print(string.format("accepted %d", sum))
        end

        """
}
