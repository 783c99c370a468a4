import Testing
import VendorHTTP

@Suite("Headers")
struct HTTPHeadersTests {
    @Test("Names match without regard to case, values keep their order, and setting replaces in place")
    func multimap() {
        var headers: HTTPHeaders = ["A": "1", "Set-Cookie": "x", "b": "2", "set-cookie": "y"]
        #expect(headers["SET-COOKIE"] == "x")
        #expect(headers.values(for: "set-Cookie") == ["x", "y"])
        headers["a"] = "3"
        headers["set-cookie"] = "z"
        #expect(headers == ["a": "3", "SET-COOKIE": "z", "B": "2"])
        headers["b"] = nil
        headers["missing"] = nil
        headers["new"] = "n"
        #expect(headers.fields.map(\.name) == ["a", "set-cookie", "new"])
        // Only ASCII letters fold: these differ by the bit of case alone.
        #expect((["[": "1"] as HTTPHeaders)["{"] == nil)
    }
}
