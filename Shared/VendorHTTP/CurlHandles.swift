internal import CCurl
internal import Synchronization

/// The multi handle of a transport, with the TLS sessions that its transfers share; freed with it.
final class CurlHandles {
    let multi: UnsafeMutableRawPointer
    let share: UnsafeMutableRawPointer
    let wakeup: CurlWakeup

    /// "This function must be called at least once within a program" before any other; a global constant is set once.
    private static let isInitialised = curl_global_init(Int(CURL_GLOBAL_ALL)) == CURLE_OK

    /// Whether streams of HTTP/2 may share a connection at the same time.
    ///
    /// libcurl 7.88, which Debian 12 has, loses track of what it has buffered for one stream while it reads another: of
    /// 40 bodies of 200 KB at once, one hung until its deadline in every tenth round, with no option but this one that
    /// prevents it. With one stream at a time none did in thousands. The code was rewritten for 8.1 and has settled since.
    private static let canShareConnections = shim_version() >= 0x08_05_00

    init(_ configuration: CurlTransport.Configuration) throws(VendorHTTPError) {
        guard Self.isInitialised, let multi = curl_multi_init(), let share = curl_share_init() else {
            throw VendorHTTPError(.libraryFailed, .notSent, "libcurl cannot be initialised")
        }
        self.multi = multi
        self.share = share
        wakeup = CurlWakeup(multi)
        let total = configuration.maximumConnections
        shim_multi_setopt_long(multi, CURLMOPT_MAX_HOST_CONNECTIONS, configuration.maximumConnectionsPerHost)
        shim_multi_setopt_long(multi, CURLMOPT_MAX_TOTAL_CONNECTIONS, total)
        shim_multi_setopt_long(multi, CURLMOPT_MAXCONNECTS, total)
        shim_multi_setopt_long(multi, CURLMOPT_PIPELINING, Int(CURLPIPE_MULTIPLEX))
        if !Self.canShareConnections { shim_multi_setopt_long(multi, CURLMOPT_MAX_CONCURRENT_STREAMS, 1) }
        // One thread uses the share, so it needs no locks.
        _ = shim_share_data(share, CURL_LOCK_DATA_SSL_SESSION)
    }

    deinit {
        wakeup.invalidate()
        curl_multi_cleanup(multi)
        curl_share_cleanup(share)
    }
}

/// Wakes a thread that waits in `curl_multi_poll`, from any thread, for as long as the handle lives.
final class CurlWakeup: Sendable {
    private struct State {
        var multi: UInt?
    }

    private let state: Mutex<State>
    private let attention = Atomic(false)
    private let closing = Atomic(false)

    init(_ multi: UnsafeMutableRawPointer) {
        state = Mutex(State(multi: UInt(bitPattern: multi)))
    }

    /// Whether the transport is to end.
    var isClosing: Bool { closing.load(ordering: .acquiring) }

    /// Asks the thread to look for cancelled transfers.
    func noticeCancellation() {
        attention.store(true, ordering: .releasing)
        wake()
    }

    /// Asks the thread to end everything.
    func close() {
        closing.store(true, ordering: .releasing)
        wake()
    }

    /// Whether `noticeCancellation` was called since the last look.
    func takeAttention() -> Bool {
        attention.exchange(false, ordering: .acquiringAndReleasing)
    }

    func invalidate() {
        state.withLock { $0.multi = nil }
    }

    private func wake() {
        // curl_multi_wakeup: "This function can be called from any thread"; no other on a multi handle can.
        state.withLock { state in
            guard let address = state.multi, let multi = UnsafeMutableRawPointer(bitPattern: address) else { return }
            curl_multi_wakeup(multi)
        }
    }
}
