import CanonicalModel
import Testing

@Suite("Instants")
struct InstantTests {
    @Test("A stranger's number of any size is a moment within the calendar, and can be told and compared")
    func extremes() {
        let first = "0001-01-01T00:00:00Z"
        for number in [Int64.min, Int64.min + 1, -62_135_596_800_001] {
            #expect(Instant(milliseconds: number).description == first)
            #expect(Instant(seconds: number).description == first)
        }
        for number in [Int64.max, Int64.max - 1, 253_402_300_800_000] {
            #expect(Instant(milliseconds: number).description == "9999-12-31T23:59:59.999Z")
            #expect(Instant(seconds: number).description == "9999-12-31T23:59:59Z")
        }
        #expect(Instant(milliseconds: .max).seconds(since: Instant(milliseconds: .min)) == 315_537_897_599)
        #expect(Instant(milliseconds: 1_700_000_000_123).description == "2023-11-14T22:13:20.123Z")
        #expect(Instant(milliseconds: -1).description == "1969-12-31T23:59:59.999Z")
    }

    @Test("A written moment has leading zeros, and no, three or six digits of a fraction")
    func written() {
        for text in [
            "0007-02-03T04:05:06Z", "1999-12-31T00:00:00.007Z", "2024-02-29T10:20:30.000001Z",
            "2024-10-09T08:07:06.050400Z",
        ] {
            #expect(Instant(text)?.description == text)
        }
        #expect(BusinessDate("0950-01-09")?.description == "0950-01-09")
    }

    @Test("A text whose offset leads out of the calendar is no moment")
    func offsets() {
        #expect(Instant("9999-12-31T23:59:59-12:00") == nil)
        #expect(Instant("0001-01-01T00:00:00+00:01") == nil)
        #expect(Instant("9999-12-31T23:59:59+12:00")?.description == "9999-12-31T11:59:59Z")
    }

    @Test("A day beyond the year 9999 can be told")
    func days() {
        #expect(BusinessDate(daysSince1970: 2_932_897).description == "10000-01-01")
        #expect(BusinessDate(daysSince1970: 4_000_000_000_000_000_000).description.hasPrefix("109516"))
    }
}
