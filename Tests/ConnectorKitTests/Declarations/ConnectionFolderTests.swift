import CanonicalModel
import Foundation
import Testing

@testable import ConnectorKit

@Suite("A folder of connections")
struct ConnectionFolderTests {
    /// Writes files into a folder that goes away afterwards, and reads the connections of a role.
    private func load(
        _ files: [String: String], role: Role = .crm, environment: [String: String] = [:]
    ) throws -> [ConnectionDeclaration] {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("connections-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        for (name, text) in files {
            let text = text.replacing("FOLDER", with: folder.path)
            try Data(text.utf8).write(to: folder.appendingPathComponent(name))
        }
        return try ConnectionFolder.load(folder.path, role: role) { environment[$0] }
    }

    private func faults(_ files: [String: String], role: Role = .crm) throws -> [String] {
        do {
            _ = try load(files, role: role)
            return []
        } catch let error as DeclarationFaults {
            return error.faults
        }
    }

    private static let sample = """
        name: sales
        vendor: acme
        role: crm
        base_url: https://api.acme.example
        token_url: https://login.acme.example
        account: acme-main
        vendor_account: "0042"
        time_zone: America/Denver
        currency: CAD
        secrets:
          access_token: { file: FOLDER/token }
          client_secret: { env: ACME_SECRET }
        overlay:
          statuses: { won: closed, lost: "false" }
          fields: [a, 1.50, true, null]

        """

    @Test("gives each connection of the role with its secrets and its overlay")
    func complete() throws {
        let loaded = try load(
            ["sales.yaml": Self.sample, "token": "t0ken\r\n", ".hidden.yaml": "nonsense", "notes.txt": "x"],
            environment: ["ACME_SECRET": "s3cret"])
        let connection = try #require(loaded.first)
        #expect(loaded.count == 1)
        #expect(connection.id == ConnectionID("sales"))
        #expect(connection.vendor == "acme")
        #expect(connection.role == .crm)
        #expect(connection.account == "acme-main")
        #expect(connection.vendorAccount == "0042")
        #expect(connection.baseURL == "https://api.acme.example")
        #expect(connection.tokenURL == "https://login.acme.example")
        #expect(connection.timeZone == "America/Denver")
        #expect(connection.currency.code == "CAD")
        #expect(connection.secrets == ["access_token": "t0ken", "client_secret": "s3cret"])
        #expect(connection.overlay["statuses"]["won"] == .string("closed"))
        #expect(connection.overlay["statuses"]["lost"] == .string("false"))
        #expect(connection.overlay["fields"][2] == .bool(true))
    }

    @Test("has defaults for what is not given")
    func defaults() throws {
        let file = "name: sales\nvendor: acme\nrole: crm\nbase_url: http://127.0.0.1:8080\n"
        let connection = try #require(try load(["sales.yaml": file]).first)
        #expect(connection.account == "sales")
        #expect(connection.timeZone == "UTC")
        #expect(connection.currency == .usd)
        #expect(connection.secrets.isEmpty)
        #expect(connection.overlay == .object(JSONObject()))
    }

    @Test("says where people are asked for their consent, and for what")
    func consent() throws {
        let file = """
            name: sales
            vendor: acme
            role: crm
            base_url: https://api.acme.example
            authorize_url: https://ask.acme.example
            scopes: [read, "crm.objects:write"]

            """
        let connection = try #require(try load(["sales.yaml": file]).first)
        #expect(connection.authorizeURL == "https://ask.acme.example")
        #expect(connection.scopes == ["read", "crm.objects:write"])
        for scopes in ["read", "[]", "[read, 7 8]", "[[read]]", "{ read: true }", "[\"a\\\"b\"]", "[\"\"]"] {
            let found = try faults([
                "a.yaml": file.replacing("[read, \"crm.objects:write\"]", with: scopes)
                    .replacing("https://ask", with: "ftp://ask")
            ])
            #expect(found.count == 2, "\(scopes): \(found)")
            #expect(found.contains { $0.hasPrefix("a.yaml:5: authorize_url cannot be") })
            #expect(found.contains { $0.hasPrefix("a.yaml:6: scopes must be a list") })
        }
    }

    @Test("reads no secret of another role, and leaves its connections out")
    func otherRole() throws {
        #expect(try load(["sales.yaml": Self.sample], role: .ledger).isEmpty)
    }

    @Test("tells every fault of every file, with file and line")
    func allFaults() throws {
        let found = try faults([
            "a.yaml": """
            name: Sales Team
            vendor: ""
            role: boss
            base_url: ftp://x
            time_zone: Mars/Olympus
            currency: dollars
            colour: red
            secrets:
              access_token: abc
              password: { file: x }
              client_id: { file: FOLDER/none }
            overlay: 7

            """,
            "b.yaml": "- a\n", "c.yaml": "a: [\n", "d.yaml": "",
        ])
        let wanted = [
            "a.yaml:7: the key 'colour'", "a.yaml:1: name", "a.yaml:2: vendor", "a.yaml:3: role", "a.yaml:4: base_url",
            "a.yaml:5: time_zone", "a.yaml:6: currency", "a.yaml:9: the secret access_token",
            "a.yaml:10: the secret 'password'", "a.yaml:12: overlay", "b.yaml: must be", "c.yaml: is no YAML",
            "d.yaml: must be",
        ]
        #expect(found.count == wanted.count, "\(found)")
        for start in wanted { #expect(found.contains { $0.hasPrefix(start) }, "\(start) in \(found)") }
    }

    @Test("never shows a value that stands where only its place may stand")
    func inlineSecret() throws {
        let file = "name: a\nvendor: b\nrole: crm\nbase_url: https://c.d\nsecrets:\n  access_token: hunter2\n"
        let found = try faults(["a.yaml": file])
        #expect(found.count == 1)
        #expect(!found.joined().contains("hunter2"))
    }

    @Test("names what is missing, a secret that is not there, and a name that is taken")
    func missing() throws {
        #expect(try faults(["a.yaml": "currency: USD\n"]).count == 4)
        let file = "name: sales\nvendor: acme\nrole: crm\nbase_url: https://a.b\n"
        let twice = try faults(["a.yaml": file, "b.yaml": file])
        #expect(twice == ["b.yaml: the connection sales is declared in a.yaml, too"])
        let absent = try faults(["a.yaml": file + "secrets:\n  client_id: { env: NOT_SET }\n"])
        #expect(absent == ["a.yaml:6: the secret client_id is not there: env NOT_SET is missing, empty or unreadable"])
        #expect(throws: DeclarationFaults.self) { try ConnectionFolder.load("/no/such/folder", role: .crm) }
    }

    @Test("Limit, ceiling and polling interval may differ from the vendor's, and are checked")
    func pace() throws {
        let given = Self.sample + "\nrate_limit: 2.5/40\nrequest_ceiling: 20\npoll_interval: 5\n"
        let environment = ["ACME_SECRET": "s3cret"]
        let loaded = try load(["a.yaml": given, "token": "t0ken"], environment: environment)
        let declaration = try #require(loaded.first)
        #expect(declaration.rateLimit == RateLimit(burst: 40, perSecond: 2.5))
        #expect(declaration.requestCeiling == .seconds(20))
        #expect(declaration.pollInterval == .seconds(5))
        for wrong in ["rate_limit: 10", "rate_limit: 0/5", "request_ceiling: 0", "poll_interval: soon"] {
            let key = wrong.prefix { $0 != ":" }
            let found = try faults(["a.yaml": Self.sample + "\n\(wrong)\n"])
            #expect(found.contains { $0.contains("\(key) cannot be") }, "\(wrong)")
        }
    }

    @Test("The shipped declarations can be read, one connection for each role")
    func shipped() throws {
        let root = URL(fileURLWithPath: #filePath).pathComponents.dropLast(4).joined(separator: "/").dropFirst()
        for role in Role.allCases {
            let found = try ConnectionFolder.load("\(root)/deploy/connections", role: role) { _ in "secret" }
            #expect(found.count == 1)
            #expect(found.first?.secrets["webhook_secret"] == "secret")
        }
    }
}
