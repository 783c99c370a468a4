/// The attributes of a CloudEvents 1.0 envelope that both of our messages have.
///
/// Extension attributes that we do not know are left alone, as the specification asks of a consumer.
struct Envelope {
    var id: CanonicalID?
    var correlation: CanonicalID?
    var causation: CanonicalID?
    var hop: Int64 = 0
    var traceparent: String?
    private var isCloudEvents = false
    /// The version that the message is of.
    private(set) var schema: SchemaVersion?

    /// Reads one attribute; the type, the source and the data are the message's own matter.
    mutating func read(
        _ key: borrowing JSONKey, from reader: inout JSONReader, schema: SchemaVersion, _ note: inout FaultNote?
    ) throws(JSONError) {
        switch key {
        case "specversion":
            try reader.expect(.string, "a version of CloudEvents", &note)
            let other = try reader.withText { text throws(JSONError) in "1.0" ~= text ? nil : String(text) }
            if let other {
                throw reader.refuse(
                    &note, .unsupportedVersion, expected: "CloudEvents 1.0", found: FaultNote.quoted(other))
            }
            isCloudEvents = true
        case "id": id = try reader.id("the message's id", &note)
        case "subject": try reader.expect(.string, "a subject", &note)
        case "time": _ = try reader.instant("the time of the change", &note)
        case "datacontenttype":
            try reader.expect(.string, "a media type", &note)
            let other = try reader.withText { text throws(JSONError) in
                "application/json" ~= text ? nil : String(text)
            }
            if let other {
                throw reader.refuse(
                    &note, .invalidValue, expected: "application/json", found: FaultNote.quoted(other))
            }
        case "correlationid": correlation = try reader.id("a correlation id", &note)
        case "causationid": causation = try reader.id("the id of the message that caused it", &note)
        case "hop":
            hop = try reader.whole("a count of hops", &note)
            guard (0...1_000_000).contains(hop) else {
                throw reader.refuse(&note, .invalidValue, expected: "a count of hops", found: "\(hop)")
            }
        case "traceparent": traceparent = try reader.text("a trace context", &note)
        case "schemaversion":
            let version = try reader.whole("a schema version", &note)
            guard schema.accepts(version) else {
                throw reader.refuse(&note, .unsupportedVersion, expected: schema.accepted, found: "version \(version)")
            }
            self.schema = SchemaVersion(Int(version))
        default: break
        }
    }

    /// The id and the context, once all attributes are read.
    func finish(
        _ reader: borrowing JSONReader, _ note: inout FaultNote?
    ) throws(JSONError) -> (id: CanonicalID, context: MessageContext) {
        guard isCloudEvents else { throw reader.missing(&note, "specversion", expected: "CloudEvents 1.0") }
        guard let id else { throw reader.missing(&note, "id", expected: "the message's id") }
        guard schema != nil else { throw reader.missing(&note, "schemaversion", expected: "a schema version") }
        guard let correlation else {
            throw reader.missing(&note, "correlationid", expected: "a correlation id")
        }
        let context = MessageContext(
            correlation: correlation, causation: causation, hop: Int(hop), traceparent: traceparent)
        return (id, context)
    }

    /// Writes the attributes from the media type on.
    static func write(_ context: MessageContext, schema: SchemaVersion, to writer: inout JSONWriter) {
        writer.key("datacontenttype")
        writer.string("application/json")
        writer.key("correlationid")
        writer.id(context.correlation)
        if let causation = context.causation {
            writer.key("causationid")
            writer.id(causation)
        }
        writer.key("hop")
        writer.int(Int64(context.hop))
        if let traceparent = context.traceparent {
            writer.key("traceparent")
            writer.string(traceparent)
        }
        writer.key("schemaversion")
        writer.int(Int64(schema.number))
    }

    /// Writes a moment under a key, or throws where it has no written form.
    static func write(
        _ moment: Instant, _ key: StaticString, path: String, to writer: inout JSONWriter
    ) throws(CodingFault) {
        writer.key(key)
        guard writer.instant(moment) else {
            throw CodingFault(
                .invalidValue, path: "\(path)/\(key)", expected: "an instant in the years 1 to 9999",
                found: "one beyond")
        }
    }
}

extension JSONReader {
    /// Reads a member whose bytes were kept because what tells how to read them came later.
    static func late<Result>(
        _ bytes: [UInt8], _ key: String, _ body: (inout JSONReader) throws(JSONError) -> Result
    ) throws(JSONError) -> Result {
        do throws(JSONError) {
            return try JSONReader.read(bytes, body)
        } catch {
            throw error.under(key: key)
        }
    }
}
