import CanonicalModel

/// An association of an object, with the labels that people have given it.
struct HubSpotLink {
    /// Where the body of an object that was read has the labels, by the id of the other object.
    static let labels = "labels"

    let id: String
    let labels: [String]

    /// Reads an association as it is listed; nil for one without an id.
    init?(_ value: JSONValue) {
        guard let id = value["toObjectId"].int.map(String.init) ?? value["toObjectId"].string else { return nil }
        self.id = id
        labels = (value["associationTypes"].array ?? []).compactMap { $0["label"].string }
    }
}
