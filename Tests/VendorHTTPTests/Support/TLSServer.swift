import Foundation
import Testing

/// A real TLS server in a child process, with a certificate for `localhost` that only its own file trusts.
final class TLSServer {
    enum Program: String, CustomTestStringConvertible {
        case openssl = "/usr/bin/openssl"
        /// Debian package nghttp2-server.
        case nghttpd = "/usr/sbin/nghttpd"

        var isInstalled: Bool { FileManager.default.isExecutableFile(atPath: rawValue) }
        var testDescription: String { rawValue }
    }

    let port: UInt16
    let caFile: String
    private let process = Process()
    private let folder: URL
    private let log: URL

    init(_ program: Program) async throws {
        folder = FileManager.default.temporaryDirectory.appending(path: "plumbline-tls-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let (key, certificate) = (folder.appending(path: "key.pem").path, folder.appending(path: "cert.pem").path)
        caFile = certificate
        log = folder.appending(path: "log")
        let maker = Process()
        maker.executableURL = URL(fileURLWithPath: Program.openssl.rawValue)
        maker.arguments = [
            "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", key, "-out",
            certificate, "-days", "2", "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost",
        ]
        maker.standardError = FileHandle.nullDevice
        try await maker.runToEnd()
        try Data(repeating: UInt8(ascii: "x"), count: 200_000).write(to: folder.appending(path: "file"))
        try Data().write(to: log)
        process.executableURL = URL(fileURLWithPath: program.rawValue)
        process.arguments =
            switch program {
            case .openssl: ["s_server", "-accept", "127.0.0.1:0", "-key", key, "-cert", certificate, "-www"]
            case .nghttpd: ["-a", "127.0.0.1", "-v", "-d", folder.path, "0", key, certificate]
            }
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = try FileHandle(forWritingTo: log)
        process.standardError = FileHandle.nullDevice
        try process.run()
        port = try await Self.listeningPort(of: process)
    }

    var url: String { "https://localhost:\(port)" }

    /// The connections that nghttpd has written about.
    func loggedConnections() throws -> Set<String> {
        let text = try String(contentsOf: log, encoding: .utf8)
        return Set(text.matches(of: /\[id=(\d+)\]/).map { String($0.output.1) })
    }

    /// Makes the program stop reading, while the kernel still takes bytes for it.
    func freeze() {
        kill(process.processIdentifier, SIGSTOP)
    }

    /// Waits until the kernel holds bytes that the frozen program has not read.
    func waitForUnreadBytes() async throws {
        let local = ":" + String(port, radix: 16, uppercase: true)
        while true {
            let unread = try Self.sockets().contains { columns in
                columns[1].hasSuffix(local) && columns[3] == "01" && !columns[4].hasSuffix(":00000000")
            }
            if unread { return }
            try await Task.sleep(for: .milliseconds(5))
        }
    }

    func stop() {
        // The child has inherited the signal mask of a thread that blocks SIGTERM.
        kill(process.processIdentifier, SIGKILL)
        try? FileManager.default.removeItem(at: folder)
    }

    /// The kernel's table: among the columns are 1 the local address, 3 the state (01 connected, 0A listening), 4 the
    /// queues of bytes to send and to read, 9 the inode.
    private static func sockets() throws -> [[Substring]] {
        // `String(contentsOfFile:)` stops after the first read, which gives a part of the table only.
        let table = try FileHandle(forReadingFrom: URL(fileURLWithPath: "/proc/net/tcp")).readToEnd() ?? Data()
        return String(decoding: table, as: UTF8.self).split(separator: "\n").dropFirst()
            .map { $0.split(separator: " ") }.filter { $0.count > 9 }
    }

    /// Finds the port by the socket that the process holds: it asked the kernel for any.
    private static func listeningPort(of process: Process) async throws -> UInt16 {
        let deadline = ContinuousClock.now + .seconds(20)
        let descriptors = "/proc/\(process.processIdentifier)/fd"
        while ContinuousClock.now < deadline, process.isRunning {
            let links = (try? FileManager.default.contentsOfDirectory(atPath: descriptors)) ?? []
            let sockets = Set(
                links.compactMap { try? FileManager.default.destinationOfSymbolicLink(atPath: "\(descriptors)/\($0)") })
            // The inode tells which of the listening sockets is the child's.
            let own = try self.sockets().first { $0[3] == "0A" && sockets.contains("socket:[\($0[9])]") }
            if let port = own.flatMap({ UInt16($0[1].suffix(4), radix: 16) }) { return port }
            try await Task.sleep(for: .milliseconds(10))
        }
        kill(process.processIdentifier, SIGKILL)
        throw POSIXError(.ETIMEDOUT)
    }
}

extension Process {
    /// Runs the program and waits for its end without blocking a thread.
    func runToEnd() async throws {
        let (ends, end) = AsyncStream<Void>.makeStream()
        terminationHandler = { _ in end.finish() }
        try run()
        for await _ in ends {}
    }
}
