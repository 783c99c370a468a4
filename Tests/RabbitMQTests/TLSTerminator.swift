import Foundation

/// Speaks TLS to a client and plain TCP to the broker, with a certificate of a certificate authority made for the test.
///
/// So TLS is tested against every broker, also one without a TLS listener. A Python process, since its standard library
/// has a TLS server; certificates by the openssl command.
final class TLSTerminator {
    let port: Int
    let authority: String
    let otherAuthority: String
    private let process: Process
    private let folder: URL

    /// - Parameter name: the only host name that the certificate is for.
    init(name: String, target: (host: String, port: Int)) async throws {
        folder = FileManager.default.temporaryDirectory.appending(path: "plumbline-tls-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        authority = folder.appending(path: "ca.pem").path
        otherAuthority = folder.appending(path: "other.pem").path
        let status = try await Command.run(
            "/bin/sh", ["-c", Self.certificates.replacing("NAME", with: name)], in: folder)
        guard status == 0 else { throw CocoaError(.executableLoad) }
        process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = ["python3", "-c", Self.server, folder.path, target.host, String(target.port)]
        let output = Pipe()
        process.standardOutput = output
        process.standardError = FileHandle.nullDevice
        try process.run()
        let line = String(decoding: output.fileHandleForReading.availableData, as: UTF8.self)
        guard let port = Int(line.trimmingCharacters(in: .whitespacesAndNewlines)) else {
            throw CocoaError(.executableLoad)
        }
        self.port = port
    }

    func stop() {
        // It inherits the signal mask of the thread that started it, which may hold back anything gentler.
        kill(process.processIdentifier, SIGKILL)
        try? FileManager.default.removeItem(at: folder)
    }

    private static let certificates = """
        set -e
        printf 'subjectAltName=DNS:NAME' > names
        for ca in ca other; do
            openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 \
                -keyout $ca.key -out $ca.pem -subj "/CN=$ca" -addext basicConstraints=critical,CA:TRUE
        done
        openssl req -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -keyout key.pem -out request -subj /CN=NAME
        openssl x509 -req -in request -CA ca.pem -CAkey ca.key -CAcreateserial -days 2 -out cert.pem -extfile names
        """

    private static let server = """
        import asyncio, ssl, sys
        folder, host, port = sys.argv[1], sys.argv[2], int(sys.argv[3])
        async def pump(reader, writer):
            try:
                while data := await reader.read(65536):
                    writer.write(data)
                    await writer.drain()
            except OSError:
                pass
            writer.close()
        async def serve(reader, writer):
            up_reader, up_writer = await asyncio.open_connection(host, port)
            await asyncio.gather(pump(reader, up_writer), pump(up_reader, writer))
        async def main():
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(folder + "/cert.pem", folder + "/key.pem")
            server = await asyncio.start_server(serve, "127.0.0.1", 0, ssl=context)
            print(server.sockets[0].getsockname()[1], flush=True)
            await server.serve_forever()
        asyncio.run(main())
        """
}
