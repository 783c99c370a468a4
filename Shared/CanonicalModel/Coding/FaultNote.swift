/// What a reader of a message remembers of its refusal, beside the error of the JSON reader that carries the place.
struct FaultNote {
    let code: CodingFault.Code
    /// The member below the place of the error; set where something is missing.
    let member: String?
    let expected: String
    let found: String

    /// Cuts text of a message to 64 characters without control characters, so that it may stand in a log line.
    static func quoted(_ text: String) -> String {
        "'" + cut(text, to: 64) + "'"
    }

    static func cut(_ text: String, to limit: Int) -> String {
        let clean = text.unicodeScalars.prefix(limit).map { $0.value < 0x20 ? UnicodeScalar(UInt8(ascii: "?")) : $0 }
        return String(String.UnicodeScalarView(clean))
    }
}

extension JSONReader {
    /// Reads a whole message and turns every failure into a fault.
    static func message<Result>(
        _ bytes: [UInt8], _ body: (inout JSONReader, inout FaultNote?) throws(JSONError) -> Result
    ) throws(CodingFault) -> Result {
        var note: FaultNote?
        do throws(JSONError) {
            return try JSONReader.read(bytes) { reader throws(JSONError) in try body(&reader, &note) }
        } catch {
            throw CodingFault(error, note)
        }
    }

    /// Makes the error for the value read last, and remembers what it is about.
    func refuse(
        _ note: inout FaultNote?, _ code: CodingFault.Code, expected: String, found: String
    ) -> JSONError {
        note = FaultNote(code: code, member: nil, expected: expected, found: found)
        return invalid("expected \(expected), found \(found)")
    }

    /// Makes the error for a member that is not there.
    func missing(_ note: inout FaultNote?, _ member: String, expected: String) -> JSONError {
        note = FaultNote(code: .missing, member: member, expected: expected, found: "nothing")
        return invalid("expected \(expected) in \(member), found nothing")
    }

    /// Lets `refuse` point at the value that comes next.
    mutating func standAtValue() {
        valueStart = position
    }

    /// Checks the kind of the value that comes next.
    @inline(__always)
    mutating func expect(_ wanted: JSONKind, _ what: StaticString, _ note: inout FaultNote?) throws(JSONError) {
        let found = try kind()
        if found != wanted {
            standAtValue()
            throw refuse(&note, .wrongKind, expected: "\(what)", found: found.phrase)
        }
    }
}

extension CodingFault {
    /// Joins the JSON reader's error with what was remembered of it.
    init(_ error: JSONError, _ note: FaultNote?) {
        guard let note else {
            // A whole number that is none, or is too large, is the one value that the JSON reader itself judges.
            if error.code == .invalidValue {
                self.init(
                    .invalidValue, path: error.path, offset: error.offset, expected: "a whole number of 64 bits",
                    found: "another number")
                return
            }
            self.init(
                .malformed, path: error.path, offset: error.offset, expected: "JSON (RFC 8259)", found: error.message)
            return
        }
        let path = error.path + (note.member.map { "/" + $0 } ?? "")
        let offset = note.member == nil ? error.offset : nil
        self.init(note.code, path: path, offset: offset, expected: note.expected, found: note.found)
    }
}
