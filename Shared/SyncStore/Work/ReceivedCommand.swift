public import CanonicalModel

/// A command as it came off the queue.
public struct ReceivedCommand: Sendable {
    /// What it says.
    public var command: SyncCommand
    /// Its bytes, which are kept as they are.
    public var body: [UInt8]

    /// Takes the parts.
    public init(_ command: SyncCommand, body: [UInt8]) {
        self.command = command
        self.body = body
    }

    /// What the work is known by.
    public var place: Place {
        Place(record: command.record, connection: command.connection, entity: command.entity)
    }
}
