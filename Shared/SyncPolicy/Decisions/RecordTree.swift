import CanonicalModel

/// A place in the tree of a recorded decision, which is read seldom, so that clarity counts more than speed.
struct RecordTree {
    private let value: JSONValue
    private let path: String

    init(_ value: JSONValue, path: String) {
        self.value = value
        self.path = path
    }

    subscript(_ key: String) -> RecordTree { RecordTree(value[key], path: "\(path)/\(key)") }

    var elements: [RecordTree] {
        (value.array ?? []).enumerated().map { RecordTree($1, path: "\(path)/\($0)") }
    }

    var isTrue: Bool { value.bool ?? false }

    func ifPresent<Result>(
        _ read: (RecordTree) throws(CodingFault) -> Result
    ) throws(CodingFault) -> Result? {
        value.isNull ? nil : try read(self)
    }

    func text() throws(CodingFault) -> String {
        guard let text = value.string else { throw fault("a text") }
        return text
    }

    func whole() throws(CodingFault) -> Int64 {
        guard let number = value.int else { throw fault("a whole number") }
        return number
    }

    func instant() throws(CodingFault) -> Instant {
        guard let instant = Instant(try text()) else { throw fault("an instant") }
        return instant
    }

    func word<Word: RawRepresentable>() throws(CodingFault) -> Word where Word.RawValue == String {
        guard let word = Word(rawValue: try text()) else { throw fault("a word of its list") }
        return word
    }

    func entity() throws(CodingFault) -> EntityKind { try word() }

    func change(_ type: FieldType?) throws(CodingFault) -> FieldChange {
        FieldChange(
            try self["value"].patchValue(type), source: try source(), changedAt: try self["changed_at"].instant(),
            event: try self["event"].ifPresent { tree throws(CodingFault) in try tree.id() })
    }

    private func patchValue(_ type: FieldType?) throws(CodingFault) -> PatchValue {
        guard let type, !value.isNull else { return .clear }
        do throws(CodingFault) {
            return .set(try FieldCoding.decode(value.serialised(), as: type))
        } catch {
            throw CodingFault(
                error.code, path: path + error.path, expected: error.expected, found: error.found)
        }
    }

    private func source() throws(CodingFault) -> FieldChange.Source {
        if case .string(let by) = value["by"] {
            return by == "person" ? .person(try self["person"].text()) : .effect
        }
        return .connection(ConnectionID(try self["connection"].text()), try self["role"].word())
    }

    private func id() throws(CodingFault) -> CanonicalID {
        guard let id = CanonicalID(try text()) else { throw fault("an id") }
        return id
    }

    private func fault(_ expected: String) -> CodingFault {
        CodingFault(
            value.isNull ? .missing : .invalidValue, path: path, expected: expected,
            found: value.isNull ? "nothing" : "another value")
    }
}
