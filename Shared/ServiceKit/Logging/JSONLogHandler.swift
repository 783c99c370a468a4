public import Logging

/// Writes each log record as one line of JSON.
///
/// The keys of a record are `time` (RFC 3339, UTC, milliseconds), `level`, `service`, `logger`, `message`, then the
/// metadata under its own dotted keys (`correlation.id`, `queue`, `error`, …) in alphabetical order. `source` (file and
/// line) is added from warnings on. A metadata key that collides with one of these is written as `metadata.<key>`.
/// Texts longer than 8 KiB are cut; nesting stops at eight levels.
public struct JSONLogHandler: LogHandler {
    private static let longestText = 8192
    private static let deepest = 8
    private static let reserved: Set<String> = ["time", "level", "service", "logger", "message", "source"]

    private let service: String
    private let label: String
    private let writer: LogWriter
    private let now: @Sendable () -> Int64

    /// The lowest level that is written.
    public var logLevel: Logger.Level
    /// What is added to each record.
    public var metadata: Logger.Metadata = [:]
    /// Gives more to add, for example the trace of the current task.
    public var metadataProvider: Logger.MetadataProvider?

    /// Makes a handler.
    ///
    /// - Parameters:
    ///   - service: the executable's name.
    ///   - label: the logger's label.
    ///   - writer: where lines go.
    public init(service: String, label: String, level: Logger.Level, writer: LogWriter) {
        self.init(service: service, label: label, level: level, writer: writer) { UTCTimestamp.now() }
    }

    init(
        service: String, label: String, level: Logger.Level, writer: LogWriter, now: @escaping @Sendable () -> Int64
    ) {
        self.service = service
        self.label = label
        self.logLevel = level
        self.writer = writer
        self.now = now
    }

    /// Reads or sets one metadata value.
    public subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    /// Writes a record.
    public func log(event: LogEvent) {
        writer.write(line(event))
    }

    func line(_ event: LogEvent) -> [UInt8] {
        var json = JSONText()
        json.raw("{\"time\":\"")
        json.raw(UTCTimestamp.bytes(now()))
        json.raw("\",\"level\":")
        json.string(event.level.rawValue)
        json.raw(",\"service\":")
        json.string(service)
        json.raw(",\"logger\":")
        json.string(label)
        json.raw(",\"message\":")
        json.string(event.message.description, limit: Self.longestText)
        append(merged(event), to: &json)
        if event.level >= .warning {
            json.raw(",\"source\":")
            json.string("\(event.file):\(event.line)")
        }
        json.raw("}\n")
        return json.bytes
    }

    private func merged(_ event: LogEvent) -> Logger.Metadata {
        var all = metadata
        if let provided = metadataProvider?.get(), !provided.isEmpty { all.merge(provided) { $1 } }
        if let given = event.metadata {
            if all.isEmpty { all = given } else { all.merge(given) { $1 } }
        }
        if let error = event.error, all["error"] == nil { all["error"] = "\(error)" }
        return all
    }

    private func append(_ metadata: Logger.Metadata, to json: inout JSONText) {
        for key in metadata.keys.sorted() {
            guard let value = metadata[key] else { continue }
            json.raw(",")
            json.string(Self.reserved.contains(key) ? "metadata." + key : key, limit: 256)
            json.raw(":")
            append(value, to: &json, depth: 1)
        }
    }

    private func append(_ value: Logger.MetadataValue, to json: inout JSONText, depth: Int) {
        guard depth < Self.deepest else { return json.string("…") }
        switch value {
        case .string(let text): json.string(text, limit: Self.longestText)
        case .stringConvertible(let value): append(value, to: &json)
        case .array(let values):
            json.raw("[")
            for (index, value) in values.enumerated() {
                if index > 0 { json.raw(",") }
                append(value, to: &json, depth: depth + 1)
            }
            json.raw("]")
        case .dictionary(let fields):
            json.raw("{")
            for (index, key) in fields.keys.sorted().enumerated() {
                if index > 0 { json.raw(",") }
                json.string(key, limit: 256)
                json.raw(":")
                append(fields[key] ?? "", to: &json, depth: depth + 1)
            }
            json.raw("}")
        }
    }

    /// Numbers and truth values stay what they are, so that a log store can compute with them.
    private func append(_ value: any CustomStringConvertible & Sendable, to json: inout JSONText) {
        switch value {
        case let number as Int: json.raw(number.description.utf8)
        case let number as Int64: json.raw(number.description.utf8)
        case let number as Int32: json.raw(number.description.utf8)
        case let number as UInt64: json.raw(number.description.utf8)
        case let number as Double: json.number(number)
        case let flag as Bool: json.raw(flag ? "true" : "false")
        default: json.string(value.description, limit: Self.longestText)
        }
    }
}
