/// What a look at a system gave.
enum Sighting<Value> {
    /// What was awaited is there, in words.
    case there(Value, String)
    /// It is not there; in words what is there instead.
    case notYet(String)
}
