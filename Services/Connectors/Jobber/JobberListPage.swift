import CanonicalModel

/// One page of a list that is read in pages while people change what is in it.
struct JobberListPage {
    /// The objects, as they were asked for.
    let nodes: [JSONValue]
    /// Their ids, in the order of the list.
    let ids: [String]
    /// What each looks like: one that has been changed since is another one, since it may have moved.
    let marks: [String]
    /// Where the next page begins: a fifth of this one before its end; nil after the last page.
    let next: String?

    /// Reads an answer to `edges { cursor node { id … } } pageInfo { hasNextPage }`.
    init(_ page: JSONValue) {
        let edges = page["edges"].array ?? []
        nodes = edges.map { $0["node"] }
        ids = nodes.compactMap { $0["id"].string }
        marks = nodes.compactMap { node in
            node["id"].string.map { $0 + (node["updatedAt"].string.map { "@" + $0 } ?? "") }
        }
        guard page["pageInfo"]["hasNextPage"].bool == true, !edges.isEmpty else {
            next = nil
            return
        }
        next = edges[max(edges.count - 1 - edges.count / 5, 0)]["cursor"].string
    }
}
