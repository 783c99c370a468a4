import Foundation
import Postgres
import SandboxSupport
import SystemSupport
import Testing

extension Scenarios {
    @Suite("Accounts that people connect") struct ConnectedAccounts {
        @Test("The command gives the vendor's address, waits for whoever opens it, and says which account is connected")
        func agreed() async throws {
            let scene = try Scene()
            let before = try await scene.count("select version from account where id = 'quickbooks'")
            let agreed = try await authorize("quickbooks", scene.system) { $0 }
            #expect(agreed.code == 0, "\(agreed.text)")
            #expect(agreed.text.contains("quickbooks is connected: QuickBooks Online account 9341453050298464"))
            #expect(agreed.page.contains("QuickBooks Online is connected"))
            #expect(try await scene.count("select version from account where id = 'quickbooks'") > before)
        }

        @Test("Whoever does not agree, or agrees for another company, changes nothing, and the operator is told")
        func refused() async throws {
            let scene = try Scene()
            let kept: SQL = "select version || ' ' || encode(sealed, 'hex') from account where id = 'quickbooks'"
            let before = try await scene.texts(kept)
            let denied = try await authorize("quickbooks", scene.system) { $0 + "&sandbox_answer=deny" }
            #expect(denied.code == 1 && denied.text.contains("did not agree"), "\(denied.text)")
            #expect(denied.page.contains("You did not agree"))
            let other = try await authorize("quickbooks", scene.system) { $0 + "&sandbox_realm=42" }
            #expect(other.code == 1 && other.text.contains("the account 42"), "\(other.text)")
            #expect(other.page.contains("Consent was given for the account 42"))
            #expect(try await scene.texts(kept) == before)
        }

        @Test("Where nobody can be asked, the command says why")
        func obstacle() async throws {
            let scene = try Scene()
            let unknown = try await scene.system.plumbline(["connections", "authorize", "nobody"])
            #expect(unknown.code == 1 && unknown.text.contains("no adapter has said how nobody is connected"))
        }

        /// Runs the command with `--wait`, opens the address that it gives, and waits for its end.
        private func authorize(
            _ connection: String, _ system: RunningSystem, _ change: (String) -> String
        ) async throws -> (code: Int32, text: String, page: String) {
            let output = system.folder.appending(path: "authorize-\(UInt32.random(in: .min ... .max)).log").path()
            async let waiting = system.shell(
                "plumbline connections authorize \(connection) --wait --timeout 60 >\"$OUTPUT\" 2>&1",
                adding: ["OUTPUT": output])
            let address = try await eventually("the address is shown") { () -> String? in
                let text = try String(contentsOfFile: output, encoding: .utf8)
                guard text.contains("It is good once") else { return nil }
                return text.split(separator: "\n").first { $0.hasPrefix("http") }.map(String.init)
            }
            // A browser follows the vendor's answer back to the adapter.
            let landed = try await SandboxClient(baseURL: change(address)).send("GET", "")
            let end = try await waiting
            return (
                end.code, try String(contentsOfFile: output, encoding: .utf8),
                String(decoding: landed.body, as: UTF8.self)
            )
        }
    }
}
