import Foundation

/// The opaque ids of the API: base64 of a global id that names the kind of object and its number.
enum EncodedID {
    static func make(_ collection: String, _ number: Int) -> String {
        Data("gid://Jobber/\(collection)/\(number)".utf8).base64EncodedString()
    }

    /// What the id names; nil for anything that was not made here.
    static func parse(_ id: String) -> (collection: String, number: Int)? {
        guard let data = Data(base64Encoded: id) else { return nil }
        let parts = String(decoding: data, as: UTF8.self).split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 5, parts[0] == "gid:", parts[2] == "Jobber", let number = Int(parts[4]) else { return nil }
        return (String(parts[3]), number)
    }
}
