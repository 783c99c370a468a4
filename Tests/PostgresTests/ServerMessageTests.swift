import Testing

@testable import Postgres

@Suite("Texts of the server in errors")
struct ServerMessageTests {
    @Test("The values of a violated key are cut out, its name stays")
    func cutsKeyValues() {
        let detail = ServerMessage.detail("Key (email)=(mara@example.com) already exists.", sqlstate: "23505")
        #expect(detail == "Key (email)=(…) already exists.")
        #expect(
            ServerMessage.detail("Key (a, b)=(x)=(y, z) is not present in table \"t\".", sqlstate: "23503")
                == "Key (a, b)=(…) is not present in table \"t\".")
    }

    @Test("A row that failed is not shown")
    func dropsRows() {
        #expect(ServerMessage.detail("Failing row contains (1, null, secret).", sqlstate: "23502") == nil)
    }

    @Test("A value that could not be read is not shown")
    func cutsQuotations() {
        #expect(
            ServerMessage.message("invalid input syntax for type uuid: \"secret\"", sqlstate: "22P02")
                == "invalid input syntax for type uuid: \"…\"")
        #expect(ServerMessage.detail("Token \"secret\" is invalid.", sqlstate: "22P02") == nil)
    }

    @Test("Details about locks stay")
    func keepsOthers() {
        let text = "Process 1 waits for ShareLock on transaction 2; blocked by process 3."
        #expect(ServerMessage.detail(text, sqlstate: "40P01") == text)
        #expect(ServerMessage.message("relation \"x\" does not exist", sqlstate: "42P01").contains("\"x\""))
    }

    @Test("A statement is shown by its start on one line")
    func excerpts() {
        #expect(ServerMessage.excerpt(of: "\n  select a,\n      b\n") == "select a, b")
        #expect(ServerMessage.excerpt(of: String(repeating: "ab ", count: 100), limit: 8) == "ab ab ab…")
    }

    @Test("The SQLSTATE of a refused connection is found in libpq's text")
    func readsConnectFailure() {
        let error = ServerMessage.connectFailure(
            "connection to server at \"h\", port 1 failed: FATAL:  28P01: password authentication failed for user \"x\"\n"
                + "LOCATION:  auth_failed, auth.c:335\n")
        #expect(error.sqlstate == "28P01")
        #expect(error.isTransientConnectFailure == false)
        #expect(!error.message.contains("LOCATION"))
        #expect(ServerMessage.connectFailure("Connection refused\n\tIs the server running?").isTransientConnectFailure)
        #expect(
            ServerMessage.connectFailure("FATAL:  57P03: the database system is starting up").isTransientConnectFailure)
        #expect(!ServerMessage.connectFailure("SSL error: certificate verify failed").isTransientConnectFailure)
    }
}
