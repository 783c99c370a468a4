extension OutgoingMessage {
    /// The largest body that is published; larger ones travel by reference (claim check).
    public static let largestBody = 16 << 20

    /// The most that all headers may need together, as they must fit one frame.
    public static let largestHeaders = 64 << 10

    /// Says why no broker could take the message; nil when one could.
    ///
    /// Publishers answer such a message themselves, since the wire protocol would end the whole channel over it.
    public var fault: (code: Int, reason: String)? {
        if id.isEmpty { return (502, "the message has no id") }
        let shortTexts = [
            ("id", id), ("exchange", exchange), ("routing key", routingKey), ("content type", contentType),
        ]
        for (name, text) in shortTexts where text.utf8.count > 255 {
            return (502, "its \(name) has \(text.utf8.count) bytes, more than 255")
        }
        var size = 0
        for (name, value) in headers {
            if name.isEmpty || name.utf8.count > 128 { return (502, "a header's name must have 1 to 128 bytes") }
            size += name.utf8.count + value.utf8.count + 6
        }
        if size > Self.largestHeaders {
            return (502, "its headers need \(size) bytes, more than \(Self.largestHeaders)")
        }
        if body.count > Self.largestBody {
            return (311, "its body has \(body.count) bytes, more than \(Self.largestBody)")
        }
        return nil
    }
}
