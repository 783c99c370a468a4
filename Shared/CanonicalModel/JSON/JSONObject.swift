/// The members of a JSON object, in the order of the document, each key once.
///
/// Two objects are equal when they have equal members, in whatever order.
public struct JSONObject: Sendable {
    /// One key with its value.
    public struct Member: Sendable, Hashable {
        /// The name of the member.
        public let key: String
        /// Its value.
        public internal(set) var value: JSONValue
    }

    /// The members in order.
    public private(set) var members: [Member] = []
    // Positions by key, kept only for objects in which a search from end to end would be slow.
    private var positions: [String: Int] = [:]
    private static let linearLimit = 16

    /// Makes an empty object.
    public init() {}

    /// The keys in order.
    public var keys: [String] { members.map(\.key) }
    /// The number of members.
    public var count: Int { members.count }
    /// Whether there is no member.
    public var isEmpty: Bool { members.isEmpty }

    /// The value of a member; nil when there is none.
    ///
    /// Setting replaces the value in its place, or adds the member at the end; setting nil removes it.
    public subscript(key: String) -> JSONValue? {
        get { position(of: key).map { members[$0].value } }
        set {
            switch (position(of: key), newValue) {
            case (let position?, let value?): members[position].value = value
            case (let position?, nil): remove(at: position)
            case (nil, let value?): append(unique: key, value)
            case (nil, nil): break
            }
        }
    }

    /// The same object without the members whose value is null, here and in the objects inside.
    public func removingNulls() -> JSONObject {
        var result = JSONObject()
        for member in members where member.value != .null {
            result.append(unique: member.key, member.value.removingNulls())
        }
        return result
    }

    /// Adds a member whose key the caller knows to be new.
    mutating func append(unique key: String, _ value: JSONValue) {
        members.append(Member(key: key, value: value))
        if members.count > Self.linearLimit {
            if positions.isEmpty {
                indexAll()
            } else {
                positions[key] = members.count - 1
            }
        }
    }

    private func position(of key: String) -> Int? {
        positions.isEmpty ? members.firstIndex { $0.key == key } : positions[key]
    }

    private mutating func remove(at position: Int) {
        members.remove(at: position)
        positions = [:]
        if members.count > Self.linearLimit { indexAll() }
    }

    private mutating func indexAll() {
        for (position, member) in members.enumerated() { positions[member.key] = position }
    }
}

extension JSONObject: Hashable {
    /// Compares the members, in whatever order.
    public static func == (left: JSONObject, right: JSONObject) -> Bool {
        left.count == right.count && left.members.allSatisfy { right[$0.key] == $0.value }
    }

    /// Hashes the members, in whatever order.
    public func hash(into hasher: inout Hasher) {
        var sum = 0
        for member in members { sum &+= member.hashValue }
        hasher.combine(sum)
    }
}

extension JSONObject: ExpressibleByDictionaryLiteral {
    /// Makes an object of the members as written; of a key that is written twice the last value counts.
    public init(dictionaryLiteral elements: (String, JSONValue)...) {
        for (key, value) in elements { self[key] = value }
    }
}
