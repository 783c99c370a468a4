public import Configuration

/// Reads keys one by one, keeps every fault, and goes on with a stand-in value.
///
/// A configuration struct has an `init(config: CheckedConfiguration)` that reads its keys and cannot fail. Faults come
/// out at the end, all at once, so a stand-in never reaches a running service:
///
/// ```swift
/// let configuration = try CheckedConfiguration.read(reader) { RouterConfiguration(config: $0) }
/// ```
///
/// An empty value counts as not set. What each key means is said where it is read, and shown by `--help`. The object belongs
/// to the one task that reads.
public final class CheckedConfiguration {
    private let reader: ConfigReader
    private var faults: [ConfigurationFault] = []
    /// The keys read so far with what may be shown of their values.
    public private(set) var summary: [ConfigurationSummary.Entry] = []
    private var declarations: [ConfigurationKey] = []

    private init(_ reader: ConfigReader) {
        self.reader = reader
    }

    /// Runs `build` and gives its value with a summary that is fit for a log.
    ///
    /// - Throws: `ConfigurationError` with all faults that `build` came across.
    public static func readWithSummary<Value>(
        _ reader: ConfigReader, _ build: (CheckedConfiguration) -> Value
    ) throws(ConfigurationError) -> (value: Value, summary: ConfigurationSummary) {
        let config = CheckedConfiguration(reader)
        let value = build(config)
        guard config.faults.isEmpty else { throw ConfigurationError(faults: config.faults) }
        return (value, ConfigurationSummary(entries: config.summary))
    }

    /// Runs `build` and gives its value.
    ///
    /// - Throws: `ConfigurationError` with all faults that `build` came across.
    public static func read<Value>(
        _ reader: ConfigReader, _ build: (CheckedConfiguration) -> Value
    ) throws(ConfigurationError) -> Value {
        try readWithSummary(reader, build).value
    }

    /// Gives the keys that `build` reads, in that order, each once; nothing is read from outside.
    public static func keys<Value>(of build: (CheckedConfiguration) -> Value) -> [ConfigurationKey] {
        let config = CheckedConfiguration(ConfigurationSource.empty)
        _ = build(config)
        return config.declarations
    }

    /// Records a fault found by the caller, for example two keys that exclude each other.
    public func fault(_ key: String, _ problem: String, allowed: String) {
        faults.append(ConfigurationFault(key: key, problem: problem, allowed: allowed))
    }

    /// Reads text, or nothing where the key is not set.
    public func optionalText(_ key: String, allowed: String = "text", meaning: String = "") -> String? {
        declare(key, meaning, allowed: allowed, fallback: .absent)
        guard let text = raw(key) else {
            note(key, nil)
            return nil
        }
        note(key, text)
        return text
    }

    /// Reads text.
    ///
    /// - Parameters:
    ///   - fallback: the value of a key that is not set; nil makes the key required.
    ///   - allowed: what `isValid` accepts, in words.
    ///   - meaning: what the key is for, as the help says it.
    public func text(
        _ key: String, default fallback: String? = nil, allowed: String = "text", meaning: String = "",
        where isValid: (String) -> Bool = { _ in true }
    ) -> String {
        value(key, meaning, default: fallback, allowed: allowed) { isValid($0) ? $0 : nil } ?? ""
    }

    /// Reads a whole number.
    public func integer(
        _ key: String, default fallback: Int? = nil, in range: ClosedRange<Int>, meaning: String = ""
    ) -> Int {
        let allowed = "a whole number from \(range.lowerBound) to \(range.upperBound)"
        let number = value(key, meaning, default: fallback, allowed: allowed) { text in
            Int(text).flatMap { range.contains($0) ? $0 : nil }
        }
        return number ?? range.lowerBound
    }

    /// Reads a time span, written as a decimal number of seconds.
    public func seconds(
        _ key: String, default fallback: Duration? = nil, in range: ClosedRange<Duration>, meaning: String = ""
    ) -> Duration {
        let allowed = "seconds, from \(Self.show(range.lowerBound)) to \(Self.show(range.upperBound))"
        let span = value(key, meaning, default: fallback, allowed: allowed, show: Self.show) { text in
            Double(text).flatMap { number in
                guard number.isFinite, abs(number) < 1e9 else { return nil }
                let span = Duration.milliseconds(Int64((number * 1000).rounded()))
                return range.contains(span) ? span : nil
            }
        }
        return span ?? range.lowerBound
    }

    /// Reads `true` or `false`.
    public func flag(_ key: String, default fallback: Bool? = nil, meaning: String = "") -> Bool {
        value(key, meaning, default: fallback, allowed: "true or false") { Bool($0) } ?? false
    }

    /// Reads one of a closed set of words.
    public func choice<Choice: RawRepresentable<String> & CaseIterable>(
        _ key: String, default fallback: Choice, meaning: String = ""
    ) -> Choice {
        let words = Choice.allCases.map(\.rawValue).joined(separator: ", ")
        let choice = value(key, meaning, default: fallback, allowed: "one of \(words)", show: \.rawValue) {
            Choice(rawValue: $0)
        }
        return choice ?? fallback
    }

    /// Reads a secret from `key`, or from the file that `key.file` names; setting both is a fault.
    ///
    /// - Parameters:
    ///   - allowed: what `parse` accepts, in words.
    ///   - show: what the summary may tell of the value.
    ///   - parse: makes the value; its error becomes the fault's text, so it must not repeat the secret.
    /// - Returns: nil after a fault.
    public func secret<Value, Failure: Error>(
        _ key: String, allowed: String, meaning: String = "", show: (Value) -> String = { _ in "***" },
        parse: (String) throws(Failure) -> Value
    ) -> Value? {
        guard let text = secretText(key, meaning, required: true, allowed: allowed) else { return nil }
        do throws(Failure) {
            let value = try parse(text)
            note(key, show(value))
            return value
        } catch {
            fault(key, "cannot be used: \(error)", allowed: allowed)
            return nil
        }
    }

    /// Reads a secret like `secret`, or nothing where neither `key` nor `key.file` is set.
    public func optionalSecret(_ key: String, allowed: String, meaning: String = "") -> Secret? {
        guard let text = secretText(key, meaning, required: false, allowed: allowed) else { return nil }
        note(key, "***")
        return Secret(text)
    }

    /// Reads the path of a folder that is there and can be listed.
    public func directory(_ key: String, meaning: String = "") -> String {
        let allowed = "the path of a folder that can be read"
        return value(key, meaning, default: nil, allowed: allowed) { BoundedFile.isDirectory($0) ? $0 : nil } ?? ""
    }

    private func secretText(_ key: String, _ meaning: String, required: Bool, allowed: String) -> String? {
        declare(key, meaning, allowed: "\(allowed); secret", fallback: required ? .required : .absent)
        declare(
            key + ".file", "a file that holds \(key), in its place", allowed: "the path of a readable file",
            fallback: .absent)
        let allowed = "\(allowed), in the variable itself or in a file named by \(key).file"
        let direct = raw(key, secret: true)
        let path = raw(key + ".file")
        var found = direct
        if direct != nil, path != nil {
            fault(key, "is set twice, as a value and as a file", allowed: allowed)
            return nil
        }
        if let path {
            do throws(BoundedFile.Failure) {
                let bytes = try BoundedFile.read(path, limit: 65536)
                found = String(decoding: bytes, as: UTF8.self).trimmingLineEnds
            } catch {
                fault(key + ".file", "cannot read \(path): \(error)", allowed: "the path of a readable file")
                return nil
            }
        }
        if let found, !found.isEmpty { return found }
        if !required {
            note(key, nil)
        } else if !isFaulty(key) {
            fault(key, "is not set", allowed: allowed)
        }
        return nil
    }

    private func value<Value>(
        _ key: String, _ meaning: String, default fallback: Value?, allowed: String,
        show: (Value) -> String = { "\($0)" }, parse: (String) -> Value?
    ) -> Value? {
        let shown = fallback.map { ConfigurationKey.Fallback.value(show($0)) }
        declare(key, meaning, allowed: allowed, fallback: shown ?? .required)
        guard let text = raw(key) else {
            if let fallback {
                note(key, show(fallback), isDefault: true)
            } else if !isFaulty(key) {
                fault(key, "is not set", allowed: allowed)
            }
            return fallback
        }
        guard let value = parse(text) else {
            fault(key, "is \"\(text.prefix(80))\"", allowed: allowed)
            return nil
        }
        note(key, show(value))
        return value
    }

    /// Notes a key for the help, at its first reading.
    func declare(_ key: String, _ meaning: String, allowed: String, fallback: ConfigurationKey.Fallback) {
        guard !declarations.contains(where: { $0.key == key }) else { return }
        declarations.append(ConfigurationKey(key: key, meaning: meaning, allowed: allowed, fallback: fallback))
    }

    func raw(_ key: String, secret: Bool = false) -> String? {
        let name = ConfigKey(key)
        if let text = reader.string(forKey: name, isSecret: secret) { return text.isEmpty ? nil : text }
        // The reader answers nil both for "not set" and for "not a single value".
        if reader.stringArray(forKey: name, isSecret: secret) != nil {
            fault(key, "is a list", allowed: "a single value")
        }
        return nil
    }

    func isFaulty(_ key: String) -> Bool {
        faults.contains { $0.key == key }
    }

    func note(_ key: String, _ shown: String?, isDefault: Bool = false) {
        summary.append(ConfigurationSummary.Entry(key: key, shown: shown, isDefault: isDefault))
    }

    private static func show(_ span: Duration) -> String {
        let milliseconds = span.components.seconds * 1000 + span.components.attoseconds / 1_000_000_000_000_000
        if milliseconds % 1000 == 0 { return "\(milliseconds / 1000)" }
        return "\(Double(milliseconds) / 1000)"
    }
}

extension String {
    /// The text without the line ends behind it.
    var trimmingLineEnds: String {
        var text = self[...]
        while let last = text.last, last.isNewline { text.removeLast() }
        return String(text)
    }
}
