internal import Synchronization

/// Takes secrets out of whatever is logged or put into errors.
///
/// It knows them in two ways: by the names under which they travel (`Authorization`, `client_secret`, `code` …) and
/// exactly, once registered, wherever and in whatever encoding of a URL, form or JSON they turn up. Everything taken out
/// reads `***`. It errs on the side of taking out too much.
public final class Redactor: Sendable {
    /// What stands in the place of a secret.
    public static let mask = "***"
    /// The number of registered secrets that are kept; the oldest leaves when one more comes.
    public static let capacity = 1024
    /// A registered secret shorter than this is ignored: it would be found in ordinary text.
    public static let minimumLength = 6

    private struct Secrets {
        var order: [String] = []
        var forms: [String: [[UInt8]]] = [:]
        /// All forms by their first byte; those of equal first byte with the longest in front.
        var index: [UInt8: [[UInt8]]] = [:]

        mutating func add(_ secret: String, _ new: [[UInt8]]) {
            guard forms.updateValue(new, forKey: secret) == nil else {
                // Whoever registers it again needs it still: it becomes the newest.
                if let place = order.firstIndex(of: secret) { order.append(order.remove(at: place)) }
                return
            }
            order.append(secret)
            insert(new)
            guard order.count > Redactor.capacity else { return }
            remove(forms.removeValue(forKey: order.removeFirst()) ?? [])
        }

        private mutating func insert(_ new: [[UInt8]]) {
            for form in new {
                let place = index[form[0]].map { $0.firstIndex { $0.count < form.count } ?? $0.endIndex } ?? 0
                index[form[0], default: []].insert(form, at: place)
            }
        }

        /// Takes out one of each, for another secret may have the same form.
        private mutating func remove(_ old: [[UInt8]]) {
            for form in old {
                guard let place = index[form[0]]?.firstIndex(of: form) else { continue }
                index[form[0]]?.remove(at: place)
            }
        }
    }

    private let secrets = Mutex(Secrets())

    /// Makes a redactor that knows secrets by name only.
    public init() {}

    /// Makes a value known as a secret, such as an access token once it was received.
    public func register(_ secret: String) {
        guard secret.utf8.count >= Self.minimumLength else { return }
        let forms = Self.forms(of: secret)
        secrets.withLock { $0.add(secret, forms) }
    }

    /// Takes secrets out of running text, such as an error message.
    public func text(_ text: String) -> String {
        known(in: JSONRedaction.redacted(Array(text.utf8)))
    }

    /// Takes secrets, e-mail addresses and telephone numbers out of the words of a failure, and cuts them.
    ///
    /// For what may repeat a vendor's own words, which may repeat what was sent to it.
    public func failure(_ text: String, maximumBytes: Int = 2048) -> String {
        let start = JSONRedaction.redacted(Array(text.utf8.prefix(max(maximumBytes, 0) * 4 + 65_536)))
        let clean = PersonalRedaction.redacted(Array(known(in: start).utf8))
        guard clean.count > maximumBytes else { return String(decoding: clean, as: UTF8.self) }
        return String(decoding: clean.prefix(max(maximumBytes, 0)), as: UTF8.self) + "…"
    }

    /// Takes secrets out of header fields.
    public func headers(_ headers: HTTPHeaders) -> HTTPHeaders {
        var result = HTTPHeaders()
        for field in headers.fields {
            result.add(field.name, SensitiveNames.contains(field.name) ? Self.mask : text(field.value))
        }
        return result
    }

    /// Takes secrets out of a URL: user and password, and query parameters by their names.
    public func url(_ url: String) -> String {
        let (start, query) = split(url)
        guard let query else { return text(start) }
        return text(start) + "?" + known(in: FormRedaction.redacted(Array(query.utf8)))
    }

    /// A URL with the names but none of the values of its query, which may be personal; for logs and errors.
    public func location(_ url: String) -> String {
        let (start, query) = split(String(url.prefix(2048)))
        guard let query else { return text(start) }
        // A parameter without an equals sign is all value.
        let names = query.split(separator: "&").map { parameter in
            parameter.contains("=") ? "\(parameter.prefix { $0 != "=" })=\(Self.mask)" : Self.mask
        }
        return text(start) + "?" + known(in: Array(names.joined(separator: "&").utf8))
    }

    /// Method and URL without the values of its query.
    func location(_ url: String, _ method: HTTPMethod) -> String {
        "\(method.rawValue) \(location(url))"
    }

    /// Takes secrets out of a form body, by the names of its fields.
    public func form(_ body: [UInt8]) -> String {
        known(in: FormRedaction.redacted(body))
    }

    /// Takes secrets out of a JSON body, by the names of its members at any depth; it may be cut off or malformed.
    public func json(_ body: [UInt8]) -> String {
        known(in: JSONRedaction.redacted(body))
    }

    /// Takes secrets out of a body and cuts it, for a log or an error.
    ///
    /// - Parameters:
    ///   - contentType: the header of that name; decides how the body is read.
    ///   - maximumBytes: the length of the result, at most; cut after the secrets are gone.
    public func body(_ body: [UInt8], contentType: String?, maximumBytes: Int = 2048) -> String {
        let type = contentType?.lowercased() ?? ""
        // Enough to fill the result, whatever is masked; a secret cut off here is far behind what is shown.
        let start = Array(body.prefix(max(maximumBytes, 0) * 4 + 65_536))
        let clean: String
        if type.contains("x-www-form-urlencoded") {
            clean = form(start)
        } else if type.contains("json") || start.first(where: { $0 > 0x20 }).map({ "{[".utf8.contains($0) }) == true {
            clean = json(start)
        } else {
            clean = text(String(decoding: start, as: UTF8.self))
        }
        guard clean.utf8.count > maximumBytes else { return clean }
        return String(decoding: clean.utf8.prefix(max(maximumBytes, 0)), as: UTF8.self) + "…"
    }

    private func split(_ url: String) -> (start: String, query: String?) {
        let whole = url.prefix { $0 != "#" }
        let head = whole.prefix { $0 != "?" }
        var start = String(head)
        if let scheme = head.firstRange(of: "://") {
            let authority = head[scheme.upperBound...].prefix { $0 != "/" }
            if let at = authority.lastIndex(of: "@") {
                start = head[..<scheme.upperBound] + Self.mask + head[at...]
            }
        }
        return (start, head.endIndex == whole.endIndex ? nil : String(whole[head.endIndex...].dropFirst()))
    }

    /// Takes registered secrets out.
    private func known(in bytes: [UInt8]) -> String {
        let index = secrets.withLock { $0.index }
        guard !index.isEmpty else { return String(decoding: bytes, as: UTF8.self) }
        var result: [UInt8] = []
        result.reserveCapacity(bytes.count)
        var position = 0
        while position < bytes.count {
            let rest = bytes[position...]
            // The longest comes first, so that no rest of a longer secret stays behind.
            if let match = index[bytes[position]]?.first(where: rest.starts(with:)) {
                result += Array(Self.mask.utf8)
                position += match.count
            } else {
                result.append(bytes[position])
                position += 1
            }
        }
        return String(decoding: result, as: UTF8.self)
    }

    /// The secret as it stands in a header, URL, form and JSON string.
    private static func forms(of secret: String) -> [[UInt8]] {
        let component = PercentEncoding.component(secret)
        var escaped = ""
        for scalar in secret.unicodeScalars {
            if scalar == "\"" || scalar == "\\" { escaped.unicodeScalars.append("\\") }
            escaped.unicodeScalars.append(scalar)
        }
        let forms: Set<String> = [
            secret, component, component.replacingPercentCase(), PercentEncoding.formComponent(secret), escaped,
            escaped.replacing("/", with: "\\/"),
        ]
        return forms.map { Array($0.utf8) }
    }
}

extension String {
    /// The same percent-encoding with small hexadecimal letters, which some programs write.
    fileprivate func replacingPercentCase() -> String {
        var result: [UInt8] = []
        var digits = 0
        for byte in utf8 {
            if byte == UInt8(ascii: "%") { digits = 3 }
            let isCapital = digits > 0 && (UInt8(ascii: "A")...UInt8(ascii: "F")).contains(byte)
            result.append(isCapital ? byte | 0x20 : byte)
            digits -= 1
        }
        return String(decoding: result, as: UTF8.self)
    }
}
