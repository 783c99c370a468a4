import Foundation
import Postgres
import Testing

@Suite(
    "TLS and passwords", .enabled(if: PrivatePostgres.isAvailable, "the server's programs are not installed"),
    .timeLimit(.minutes(2)))
struct TLSTests {
    /// A self-made authority and a server's certificate signed by it, for 127.0.0.1 only.
    private func makeCertificates(in folder: String) async throws {
        let key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
        for name in ["ca", "other"] {
            try await run(
                "/usr/bin/openssl",
                ["req", "-x509"] + key + [
                    "-keyout", "\(folder)/\(name).key", "-out", "\(folder)/\(name).pem", "-subj", "/CN=\(name)",
                    "-days", "2",
                ])
        }
        try await run(
            "/usr/bin/openssl",
            ["req"] + key + [
                "-keyout", "\(folder)/server.key", "-out", "\(folder)/server.csr", "-subj", "/CN=database",
            ])
        try "subjectAltName=IP:127.0.0.1".write(toFile: "\(folder)/names", atomically: true, encoding: .utf8)
        try await run(
            "/usr/bin/openssl",
            [
                "x509", "-req", "-in", "\(folder)/server.csr", "-CA", "\(folder)/ca.pem", "-CAkey", "\(folder)/ca.key",
                "-CAcreateserial", "-days", "2", "-extfile", "\(folder)/names", "-out", "\(folder)/server.pem",
            ])
    }

    /// A port that was free a moment ago.
    private func freePort() throws -> UInt16 {
        try SilentListener().port
    }

    @Test("The certificate is verified, a wrong authority, a wrong name and a plain connection are refused")
    func verifies() async throws {
        let port = try freePort()
        let options = ["-c", "listen_addresses=127.0.0.1", "-c", "port=\(port)", "-c", "ssl=on"].joined(separator: " ")
        let prepare: (PrivatePostgres) async throws -> Void = { server in
            try await makeCertificates(in: server.data)
            for file in ["server.key", "server.pem"] { try server.own("\(server.data)/\(file)") }
            chmod("\(server.data)/server.key", 0o600)
            // The authority's files are read by this test.
            let rules = "local all postgres trust\nhostssl all mara 127.0.0.1/32 scram-sha-256\n"
            try rules.write(toFile: "\(server.data)/pg_hba.conf", atomically: true, encoding: .utf8)
            let settings = "ssl_cert_file='server.pem'\nssl_key_file='server.key'\n"
            let path = "\(server.data)/postgresql.conf"
            try (String(contentsOfFile: path, encoding: .utf8) + settings)
                .write(toFile: path, atomically: true, encoding: .utf8)
            for file in ["pg_hba.conf", "postgresql.conf"] { try server.own("\(server.data)/\(file)") }
        }
        try await PrivatePostgres.with(options: [options], prepare: prepare) { server in
            var local = server.configuration
            local.port = port
            let administrator = try await PostgresConnection.connect(local)
            try await administrator.execute("create role mara login password 'open sesame'")
            await administrator.close()

            func connect(
                _ mode: PostgresConfiguration.TLSMode, host: String = "127.0.0.1", authority: String? = "ca",
                password: String = "open sesame"
            ) async throws -> Bool {
                var configuration = PostgresConfiguration(host: host, user: "mara", database: "postgres")
                configuration.port = port
                configuration.password = password
                configuration.tls = mode
                configuration.rootCertificateFile = authority.map { "\(server.data)/\($0).pem" }
                let connection = try await PostgresConnection.connect(configuration)
                let encrypted = try await connection.value(
                    "select ssl from pg_stat_ssl where pid = pg_backend_pid()", as: Bool.self)
                let block = [UInt8](repeating: 7, count: 300_000)
                let echo = try await connection.pipeline((0..<10).map { _ in "select \(block) as b" })
                #expect(try echo.allSatisfy { try $0[0].decode("b", as: [UInt8].self) == block })
                await connection.close()
                return encrypted
            }
            let encrypted = (
                try await connect(.verifyFull), try await connect(.verifyCA, host: "localhost"),
                try await connect(.require, authority: nil), try await connect(.prefer, authority: nil)
            )
            #expect(encrypted == (true, true, true, true))
            let wrongName = await #expect(throws: PostgresError.self) {
                try await connect(.verifyFull, host: "localhost")
            }
            #expect(wrongName?.message.contains("localhost") == true)
            let wrongAuthority = await #expect(throws: PostgresError.self) {
                try await connect(.verifyCA, authority: "other")
            }
            #expect(wrongAuthority?.code == .connectionFailed)
            #expect(wrongAuthority?.message.contains("certificate verify failed") == true)
            let missing = await #expect(throws: PostgresError.self) {
                try await connect(.verifyFull, authority: "none")
            }
            #expect(missing?.message.contains("none.pem") == true)
            let plain = await #expect(throws: PostgresError.self) { try await connect(.disable) }
            #expect(plain?.sqlstate == "28000")

            // A wrong password does not get better by waiting.
            var wrong = PostgresConfiguration(host: "127.0.0.1", user: "mara", database: "postgres")
            wrong.port = port
            wrong.password = "open barley"
            var limits = PostgresPool.Limits()
            limits.acquireTimeout = .seconds(50)
            let start = ContinuousClock.now
            let denied = await #expect(throws: PostgresError.self) {
                try await PostgresPool(wrong, limits: limits).query("select 1")
            }
            #expect(denied?.sqlstate == "28P01")
            #expect("\(denied as Any)".contains("barley") == false)
            #expect(.now - start < .seconds(25))
        }
    }
}
