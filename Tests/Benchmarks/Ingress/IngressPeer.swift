import Foundation
import Glibc
import SystemSupport

/// FastAPI on uvicorn, as a process: it verifies the signature and commits the same row before it answers.
struct IngressPeer {
    let url: String
    private let child: ChildProcess

    /// Starts it and waits until it listens.
    init(python: String, databaseURL: String, folder: URL) async throws {
        let program = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .appending(path: "Peers/ingress.py")
        let portFile = folder.appending(path: "fastapi.port")
        let environment = [
            "DATABASE_URL": databaseURL, "SECRET_FILE": folder.appending(path: "secrets/jobber-webhook_secret").path(),
            "PORT_FILE": portFile.path(), "PATH": "/usr/bin:/bin",
        ]
        let child = try await ChildProcess(
            "fastapi", [python, program.path()], environment: environment, log: folder.appending(path: "fastapi.log"))
        self.child = child
        let port = try await eventually("FastAPI listens", within: .seconds(60)) { () -> String? in
            guard child.isRunning else {
                throw BenchFailure("FastAPI has ended: \((try? String(contentsOf: child.log, encoding: .utf8)) ?? "")")
            }
            return try String(contentsOf: portFile, encoding: .utf8)
        }
        url = "http://127.0.0.1:\(port)"
    }

    func stop() async {
        await child.stop()
    }
}
