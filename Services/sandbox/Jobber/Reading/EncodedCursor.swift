import Foundation

/// A place in a list, as a client carries it from page to page: base64 of the position, counted from 1.
enum EncodedCursor {
    static func make(_ position: Int) -> String {
        Data(String(position).utf8).base64EncodedString()
    }

    static func parse(_ cursor: String) -> Int? {
        Data(base64Encoded: cursor).flatMap { Int(String(decoding: $0, as: UTF8.self)) }.flatMap { $0 >= 0 ? $0 : nil }
    }
}
