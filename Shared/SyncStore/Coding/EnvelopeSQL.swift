internal import Postgres

/// Reads members of a stored message's envelope inside a statement.
///
/// The envelope stands at the beginning of a body. Its members are cut out of the bytes: read as JSON, one message that is
/// none would end the whole statement, and patterns take many times as long. `offset 0` keeps the planner from cutting a
/// word out anew for each of its uses.
enum EnvelopeSQL {
    /// The part of a body in which the envelope stands.
    static func head(_ body: SQL) -> SQL { "substring(\(body) for 2048)" }

    /// The connection where an event was made; null where it was made elsewhere.
    static func source(_ head: SQL) -> SQL { member("\"source\":\"/connections/", of: head) }

    /// A time as we write it, in UTC; null where it is none.
    static func time(_ head: SQL) -> SQL {
        """
        (select case
            when left(digits, 19) = '0000-00-00T00:00:00' and substr(digits, 20) in
                ('Z', '.0Z', '.00Z', '.000Z', '.0000Z', '.00000Z', '.000000Z')
            then word::timestamptz end
        from (select word, translate(word, '123456789', '000000000') as digits
            from (select \(member("\"time\":\"", of: head)) as word offset 0) as found offset 0) as evened)
        """
    }

    /// The id of the message that was the cause; null where it is none.
    static func cause(_ head: SQL) -> SQL {
        """
        (select case when word like '________-____-____-____-____________'
            and length(replace(word, '-', '')) = 32 and ltrim(word, '0123456789abcdef-') = '' then word::uuid end
        from (select \(member("\"causationid\":\"", of: head)) as word offset 0) as found)
        """
    }

    /// What stands behind some words of ours up to the next quote; null where they do not occur.
    private static func member(_ words: String, of head: SQL) -> SQL {
        let place: SQL = "nullif(position(\(raw: "'\(words)'::bytea") in \(head)), 0) + \(raw: "\(words.utf8.count)")"
        return "split_part(encode(substring(\(head) from \(place) for 48), 'escape'), '\"', 1)"
    }
}
