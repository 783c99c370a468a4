internal import Postgres

extension Seal {
    /// How many seals each key has signed, by the key's id.
    public static var countsByKey: Statement<[String: Int]> {
        Statement("select key_id, count(*) from seal group by key_id") { result in
            try result.reduce(into: [:]) { $0[try $1[0, as: String.self]] = try $1[1, as: Int.self] }
        }
    }
}
