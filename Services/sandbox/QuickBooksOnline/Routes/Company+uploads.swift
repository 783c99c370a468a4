import Foundation
import SandboxKit
import Synchronization

extension Company {
    /// The most bytes of one file.
    private static let largestFile = 100 << 20

    /// Answers `/upload`: pairs of metadata and content become attachments.
    mutating func answerUpload(_ call: CompanyCall) throws(QuickBooksFault) -> SandboxResponse {
        guard let type = call.request.header("content-type"), type.hasPrefix("multipart/form-data"),
            let parts = Multipart.parts(call.request.body, contentType: type)
        else {
            throw QuickBooksFault("2060", "Unsupported content type", "An upload is multipart/form-data", status: 415)
        }
        guard let kind = EntityKind.byName["Attachable"] else { throw .unsupportedOperation("upload") }
        var responses: [JSON] = []
        for part in parts where part.name.hasPrefix("file_content") {
            let number = part.name.dropFirst("file_content".count)
            let metadata = parts.first { $0.name == "file_metadata" + number }.flatMap {
                try? JSON(parsing: $0.content)
            }
            do throws(QuickBooksFault) {
                guard part.content.count <= Self.largestFile else {
                    throw QuickBooksFault.business("The file is larger than 100 MB")
                }
                var body = metadata?.objectValue ?? JSONObject()
                if body["FileName"] == nil { body["FileName"] = .string(part.fileName ?? "file") }
                if body["ContentType"] == nil { body["ContentType"] = .string(part.type ?? "application/octet-stream") }
                let created = try write(kind, body, call.context)
                let uri = "/files/\(realm)/\(created.id)"
                var stored = created
                stored.fields["Size"] = .int(part.content.count)
                stored.fields["FileAccessUri"] = .string("/v3/company/\(realm)/download/\(created.id)")
                stored.fields["TempDownloadUri"] = .string(Self.origin(call.request) + uri)
                tables["Attachable"]?.put(stored)
                uploads[created.id] = part.content
                responses.append(["Attachable": render("Attachable", stored)])
            } catch {
                responses.append(["Fault": error.json])
            }
        }
        guard !responses.isEmpty else { throw .missing("file_content_…") }
        return .json(["AttachableResponse": .array(responses), "time": .string(time(call.stage.clock.now()))])
    }

    /// Answers `/download/{id}` with a URL that serves the content without a token.
    func answerDownload(_ call: CompanyCall) throws(QuickBooksFault) -> SandboxResponse {
        guard let id = Int(call.path[1]), uploads[id] != nil, live("Attachable", id) != nil else {
            throw .notFound("Attachable \(call.path[1])")
        }
        return SandboxResponse(
            status: 200, headers: [("Content-Type", "text/plain")],
            body: Array((Self.origin(call.request) + "/files/\(realm)/\(id)").utf8))
    }

    private static func origin(_ request: SandboxRequest) -> String {
        "http://\(request.authority ?? "127.0.0.1")"
    }
}

extension QuickBooksOnlineSandbox {
    /// Serves the content of an uploaded file.
    func download(_ request: SandboxRequest) throws(QuickBooksFault) -> SandboxResponse {
        let (realm, id) = (request.segments[1], Int(request.segments[2]) ?? 0)
        let found = ledger.withLock { ledger in
            ledger.companies[realm].flatMap { company in
                company.uploads[id].map { ($0, company.live("Attachable", id)?.string("ContentType")) }
            }
        }
        guard let (content, type) = found else { throw .notFound("file \(request.segments[2])") }
        return SandboxResponse(
            status: 200, headers: [("Content-Type", type ?? "application/octet-stream")], body: content)
    }
}

/// One part of a multipart body.
struct Multipart: Sendable {
    let name: String
    let fileName: String?
    let type: String?
    let content: [UInt8]

    /// The parts of a body; nil when the boundary is missing.
    static func parts(_ body: [UInt8], contentType: String) -> [Multipart]? {
        guard let range = contentType.range(of: "boundary=") else { return nil }
        let boundary = contentType[range.upperBound...].prefix { $0 != ";" }.trimmingCharacters(
            in: CharacterSet(charactersIn: "\" "))
        guard !boundary.isEmpty else { return nil }
        let data = Data(body)
        let mark = Data("--\(boundary)".utf8)
        var parts: [Multipart] = []
        var start = data.range(of: mark)?.upperBound
        while let from = start, let end = data.range(of: mark, in: from..<data.endIndex) {
            if let part = part(data[from..<end.lowerBound]) { parts.append(part) }
            start = end.upperBound
        }
        return parts
    }

    private static func part(_ data: Data) -> Multipart? {
        let separator = [Data("\r\n\r\n".utf8), Data("\n\n".utf8)].compactMap { data.range(of: $0) }
            .min { $0.lowerBound < $1.lowerBound }
        guard let separator else { return nil }
        let head = String(decoding: data[..<separator.lowerBound], as: UTF8.self)
        var content = data[separator.upperBound...]
        for ending in ["\r\n", "\n"] where content.suffix(ending.utf8.count) == Data(ending.utf8) {
            content = content.dropLast(ending.utf8.count)
            break
        }
        guard let name = parameter("name", in: head) else { return nil }
        var bytes = Array(content)
        if head.lowercased().contains("content-transfer-encoding: base64") {
            let text = String(decoding: bytes, as: UTF8.self)
            bytes = Data(base64Encoded: text, options: .ignoreUnknownCharacters).map(Array.init) ?? bytes
        }
        let type = head.split(whereSeparator: \.isNewline).first { $0.lowercased().hasPrefix("content-type:") }
            .map { $0.dropFirst("content-type:".count).trimmingCharacters(in: .whitespaces) }
        return Multipart(name: name, fileName: parameter("filename", in: head), type: type, content: bytes)
    }

    private static func parameter(_ name: String, in head: String) -> String? {
        guard let range = head.range(of: " \(name)=\"") else { return nil }
        return String(head[range.upperBound...].prefix { $0 != "\"" })
    }
}

/// A PDF of one page with one line, enough for a reader to open.
enum SmallPDF {
    static func page(_ text: String) -> [UInt8] {
        let safe = text.filter { $0.isLetter || $0.isNumber || " -#".contains($0) }
        let content = "BT /F1 18 Tf 72 720 Td (\(safe)) Tj ET"
        let objects = [
            "<< /Type /Catalog /Pages 2 0 R >>", "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
            "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents 4 0 R "
                + "/Resources << /Font << /F1 5 0 R >> >> >>",
            "<< /Length \(content.utf8.count) >>\nstream\n\(content)\nendstream",
            "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
        ]
        var text = "%PDF-1.4\n"
        var offsets: [Int] = []
        for (index, object) in objects.enumerated() {
            offsets.append(text.utf8.count)
            text += "\(index + 1) 0 obj\n\(object)\nendobj\n"
        }
        let start = text.utf8.count
        text += "xref\n0 \(objects.count + 1)\n0000000000 65535 f \n"
        for offset in offsets {
            let digits = String(offset)
            text += String(repeating: "0", count: 10 - digits.count) + digits + " 00000 n \n"
        }
        text += "trailer\n<< /Size \(objects.count + 1) /Root 1 0 R >>\nstartxref\n\(start)\n%%EOF\n"
        return Array(text.utf8)
    }
}
