extension String {
    /// The text as a column can hold it: what strangers write (headers, routing keys, names) may have zero bytes, which no
    /// text or JSON of the database can.
    var storable: String { replacing("\0", with: "\u{FFFD}") }
}
