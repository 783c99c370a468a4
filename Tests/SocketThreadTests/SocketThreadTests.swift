import Glibc
import SocketThread
import Synchronization
import Testing

@Suite("An actor on a thread of its own", .timeLimit(.minutes(1)))
struct SocketThreadTests {
    /// Counts on its thread, and tells when it is gone.
    private actor Resident {
        private let thread = SocketThread(name: "resident of a long name")
        private let onEnd: @Sendable () -> Void
        private var socket: PolledSocket?
        private(set) var bytes = 0
        private var numbers: [Int] = []

        nonisolated var unownedExecutor: UnownedSerialExecutor { thread.asUnownedSerialExecutor() }

        init(onEnd: @escaping @Sendable () -> Void = {}) {
            self.onEnd = onEnd
        }

        isolated deinit {
            thread.checkIsolated()
            thread.detach()
            thread.stop()
            onEnd()
        }

        func add(_ number: Int) -> [Int] {
            thread.checkIsolated()
            numbers.append(number)
            return numbers
        }

        func watch(_ descriptor: Int32, onByte: @escaping @Sendable (Int) -> Void) {
            let socket = PolledSocket(descriptor: descriptor, tickMilliseconds: -1) { [weak self] in
                // The thread is the actor's executor, so this must not trap.
                self?.assumeIsolated { resident in
                    var byte: UInt8 = 0
                    while read(descriptor, &byte, 1) == 1 {
                        resident.bytes += 1
                        onByte(resident.bytes)
                    }
                }
            }
            self.socket = socket
            thread.attach(socket)
        }

        func stop() {
            thread.detach()
            thread.stop()
        }

        nonisolated func isHere() -> Bool? {
            thread.isIsolatingCurrentContext()
        }
    }

    private final class Count: Sendable {
        private let number = Atomic<Int>(0)

        var value: Int { number.load(ordering: .sequentiallyConsistent) }

        func add() {
            number.add(1, ordering: .sequentiallyConsistent)
        }
    }

    @Test("Jobs run in the order of being queued, and off the caller's thread")
    func keepsOrder() async {
        let resident = Resident()
        for number in 0..<100 {
            let all = await resident.add(number)
            #expect(all == Array(0...number))
        }
        #expect(resident.isHere() == false)
        await resident.stop()
    }

    @Test("Calls of many tasks at once are all served")
    func servesMany() async {
        let resident = Resident()
        await withTaskGroup { group in
            for number in 0..<500 { group.addTask { _ = await resident.add(number) } }
        }
        let all = await resident.add(500)
        #expect(all.sorted() == Array(0...500))
        await resident.stop()
    }

    @Test("What arrives at the socket is pumped while no job runs, and jobs are served meanwhile")
    func pumps() async {
        var ends: [Int32] = [0, 0]
        #expect(pipe(&ends) == 0 && fcntl(ends[0], F_SETFL, O_NONBLOCK) == 0)
        defer { for end in ends { close(end) } }
        let resident = Resident()
        let (bytes, continuation) = AsyncStream.makeStream(of: Int.self)
        await resident.watch(ends[0]) { continuation.yield($0) }
        var seen = bytes.makeAsyncIterator()
        for number in 1...50 {
            var byte: UInt8 = 1
            #expect(write(ends[1], &byte, 1) == 1)
            #expect(await seen.next() == number)
            _ = await resident.add(number)
        }
        await resident.stop()
    }

    @Test("A call to an actor whose thread was stopped is still served")
    func servesLate() async {
        let resident = Resident()
        await resident.stop()
        for number in 0..<20 { #expect(await resident.add(number).count == number + 1) }
    }

    @Test("An actor that is dropped, stopped or not, ends on its thread, any number at once")
    func ends() async {
        let ended = Count()
        await withTaskGroup { group in
            for number in 0..<200 {
                group.addTask {
                    let resident = Resident { ended.add() }
                    if number % 2 == 0 { await resident.stop() }
                    _ = await resident.add(number)
                }
            }
        }
        let limit = ContinuousClock.now + .seconds(30)
        while ended.value < 200, .now < limit { await Task.yield() }
        #expect(ended.value == 200)
    }

    @Test("A wake-up is seen by poll until it is cleared, however often it was signalled")
    func wakes() {
        let event = WakeupEvent()
        func isReadable() -> Bool {
            var descriptor = pollfd(fd: event.descriptor, events: Int16(POLLIN), revents: 0)
            return poll(&descriptor, 1, 0) == 1
        }
        #expect(!isReadable())
        event.signal()
        event.signal()
        #expect(isReadable())
        event.clear()
        #expect(!isReadable())
        event.clear()
    }
}
