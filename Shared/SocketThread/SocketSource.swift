/// What a `SocketThread` waits for when it has no job to run.
///
/// Both methods are called on the thread only, never while a job runs.
public protocol SocketSource: AnyObject {
    /// Blocks until there may be something to pump, or until the descriptor `wakeup` is readable (a job waits).
    ///
    /// It may return early at any time. The thread itself reads `wakeup` empty.
    func wait(wakeup: Int32)

    /// Takes in everything that has arrived, without blocking. Called after each round of jobs and after each wait.
    func pump()
}
