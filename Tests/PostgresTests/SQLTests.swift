import Postgres
import Testing

@Suite("SQL text with bound values")
struct SQLTests {
    @Test("An interpolated value becomes a numbered parameter and never text")
    func bindsValues() {
        let name = "'; drop table record; --"
        let statement: SQL = "select body from record where name = \(name) and id = any(\([1, 2, 3]))"
        #expect(statement.text == "select body from record where name = $1 and id = any($2)")
        #expect(!"\(statement)".contains("drop table"))
    }

    @Test("Joined statements number their parameters through")
    func joins() {
        let first: SQL = "select \(1), \("a")"
        let second: SQL = ", \(true) from \(raw: "record")"
        var all = first + second
        all += " limit \(5)"
        #expect(all.text == "select $1, $2, $3 from record limit $4")
        let nested: SQL = "with part as (\(all)) select \(nil as Int?)"
        #expect(nested.text == "with part as (select $1, $2, $3 from record limit $4) select $5")
    }

    @Test("An identifier is put in quotation marks, and its own are doubled")
    func quotesIdentifiers() {
        let statement: SQL = "listen \(identifier: "a\"b")"
        #expect(statement.text == "listen \"a\"\"b\"")
    }

    @Test("Text without values stays as it is", arguments: ["", "select 1", "$1"])
    func keepsText(text: String) {
        #expect(SQL(raw: text).text == text)
        #expect((SQL(raw: text) + "").text == text)
    }
}
