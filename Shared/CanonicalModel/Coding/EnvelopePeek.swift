/// The three attributes by which a message can be named, read from bytes that may be no message at all.
///
/// It is for logs and dead letters: what can be read before the first fault is there, the rest is nil. Reading stops as
/// soon as all three are found.
public struct EnvelopePeek: Sendable, Hashable {
    /// The `id` attribute.
    public private(set) var id: String?
    /// The `type` attribute.
    public private(set) var type: String?
    /// The `subject` attribute.
    public private(set) var subject: String?

    /// Looks into the bytes.
    public init(_ bytes: [UInt8]) {
        var peek = (id: String?.none, type: String?.none, subject: String?.none)
        do throws(JSONError) {
            try JSONReader.read(bytes) { reader throws(JSONError) in
                try reader.forEachKey { reader, key throws(JSONError) in
                    switch key {
                    case "id": peek.id = try reader.string()
                    case "type": peek.type = try reader.string()
                    case "subject": peek.subject = try reader.string()
                    default: try reader.skip()
                    }
                    if peek.id != nil, peek.type != nil, peek.subject != nil { throw reader.invalid("seen enough") }
                }
            }
        } catch {
            // Either all was found, or the rest cannot be read: what was found stands.
        }
        (id, type, subject) = peek
    }

    /// The version of a message, for its header; nil where none can be read before the data.
    public static func schemaVersion(of bytes: [UInt8]) -> String? {
        var version: Int64?
        do throws(JSONError) {
            try JSONReader.read(bytes) { reader throws(JSONError) in
                try reader.forEachKey { reader, key throws(JSONError) in
                    switch key {
                    case "schemaversion": version = try reader.int64()
                    case "data": throw reader.invalid("beyond the envelope")
                    default: try reader.skip()
                    }
                    if version != nil { throw reader.invalid("seen enough") }
                }
            }
        } catch {
            // As above.
        }
        return version.map(String.init)
    }
}
