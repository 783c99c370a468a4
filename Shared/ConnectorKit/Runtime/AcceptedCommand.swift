public import CanonicalModel

/// A command with the message that brought it.
public struct AcceptedCommand: Sendable {
    /// The message's id as it came.
    public var messageID: String
    /// The message's generation.
    public var generation: Int
    /// The connection whose queue brought it.
    public var connection: ConnectionID
    /// The command; nil where it could not be read.
    public var command: SyncCommand?
    /// Why it could not be read.
    public var fault: CodingFault?
    /// The message's body.
    public var body: [UInt8]
    /// The message's headers.
    public var headers: [String: String]

    /// Takes the parts.
    public init(
        messageID: String, generation: Int, connection: ConnectionID, command: SyncCommand?, fault: CodingFault? = nil,
        body: [UInt8],
        headers: [String: String]
    ) {
        self.messageID = messageID
        self.generation = generation
        self.connection = connection
        self.command = command
        self.fault = fault
        self.body = body
        self.headers = headers
    }
}
