internal import Glibc
internal import SocketThread

/// Watches the socket of a connection that no call is using, for notifications and for its end.
///
/// Confined to the connection's thread.
final class HandleSource: SocketSource {
    private let handle: LibPQHandle
    private let onPump: () -> Void
    private var readable = false

    init(_ handle: LibPQHandle, onPump: @escaping () -> Void) {
        self.handle = handle
        self.onPump = onPump
    }

    func wait(wakeup: Int32) {
        // A negative descriptor is left out by poll(2): there is nothing to watch once the connection has ended.
        var descriptors = [
            pollfd(fd: wakeup, events: Int16(POLLIN), revents: 0),
            pollfd(fd: handle.socket, events: Int16(POLLIN), revents: 0),
        ]
        poll(&descriptors, 2, -1)
        readable = descriptors[1].revents != 0
    }

    func pump() {
        handle.pump(readable: readable)
        readable = false
        onPump()
    }
}
