import Foundation
import SandboxGraphQL
import SandboxKit

/// How the API's scalars are read: what is not of their form is refused.
enum JobberScalars {
    static let codings: [String: ScalarCoding] = [
        "EncodedId": .text { !$0.isEmpty },
        "ISO8601DateTime": .text { $0.utf8.count >= 10 && SandboxInstant(iso8601: $0) != nil },
        "ISO8601Date": .text { $0.utf8.count == 10 && SandboxInstant(iso8601: $0) != nil },
        "ISO8601Time": .text { JobberCalendar.isTime($0) },
        "Timezone": .text { TimeZone(identifier: $0) != nil },
        "ICalendarRule": .text { $0.contains("FREQ=") },
        "Url": .text { URL(string: $0) != nil },
        "Color": .text { !$0.isEmpty },
        "Minutes": whole,
        "Seconds": whole,
        "True": ScalarCoding(read: { $0 == .bool(true) ? $0 : nil }),
    ]

    private static let whole = ScalarCoding(
        read: { value in value.number.flatMap { Int(exactly: $0) }.map { .int($0) } })
}
