import CanonicalModel
import ConnectorKit

/// A request to a modelled vendor; its number is the whole of its bytes.
enum WireRequest {
    case write(OutboundWrite)
    case read([NativeReference])
    case changes(since: Int64?)
    case find(CanonicalID, type: String)
    case archive(NativeReference)
}

/// What a modelled vendor answers.
enum WireAnswer {
    /// The object's state after a write.
    case written(Int)
    /// The states of objects; those that are not there have none.
    case states([(NativeReference, Int?)])
    case changes([ChangeHint], cursor: Int64)
    case found(NativeReference?)
    /// The version that the update names is not the object's.
    case stale
    /// There is no such object.
    case missing
    case archived
}
