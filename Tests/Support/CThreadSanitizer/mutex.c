// Tells the thread sanitizer about contended locks of Swift's `Mutex`.
//
// The fast paths of `Mutex` are compiled into our code, where the sanitizer sees their atomics. The slow paths live in the
// Synchronization library, which is not instrumented, so that each lock that was waited for looks like none at all, and
// every use of a contended mutex is reported as a race. These functions stand in front of the slow ones: what was released
// before an unlock is acquired after a lock of the same mutex. In any other build there are none.

#include "CThreadSanitizer.h"

bool thread_sanitizer_is_on(void) {
#if __has_feature(thread_sanitizer)
    return true;
#else
    return false;
#endif
}

#if __has_feature(thread_sanitizer)

#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#define SWIFT __attribute__((swiftcall))
#define UNCHECKED __attribute__((no_sanitize("thread")))
#define SELF __attribute__((swift_context))

#define LOCK "$s15Synchronization12_MutexHandleV9_lockSlowyys6UInt32VF"
#define TRY_LOCK "$s15Synchronization12_MutexHandleV12_tryLockSlowSbyF"
#define UNLOCK "$s15Synchronization12_MutexHandleV11_unlockSlowyyF"

void __tsan_acquire(void *address);
void __tsan_release(void *address);

SWIFT void plumbline_lock(uint32_t thread, SELF void *mutex) __asm__(LOCK);
SWIFT bool plumbline_try_lock(SELF void *mutex) __asm__(TRY_LOCK);
SWIFT void plumbline_unlock(SELF void *mutex) __asm__(UNLOCK);

static SWIFT void (*lock)(uint32_t, SELF void *);
static SWIFT bool (*try_lock)(SELF void *);
static SWIFT void (*unlock)(SELF void *);

static void *library_function(const char *name) {
    void *function = dlsym(RTLD_NEXT, name);
    if (!function) {
        fprintf(stderr, "this version of Swift has no %s: bring Tests/Support/CThreadSanitizer up to date\n", name);
        abort();
    }
    return function;
}

// Before there is a second thread.
__attribute__((constructor)) UNCHECKED static void find_library_functions(void) {
    lock = (SWIFT void (*)(uint32_t, SELF void *))library_function(LOCK);
    try_lock = (SWIFT bool (*)(SELF void *))library_function(TRY_LOCK);
    unlock = (SWIFT void (*)(SELF void *))library_function(UNLOCK);
}

UNCHECKED SWIFT void plumbline_lock(uint32_t thread, SELF void *mutex) {
    lock(thread, mutex);
    __tsan_acquire(mutex);
}

UNCHECKED SWIFT bool plumbline_try_lock(SELF void *mutex) {
    bool is_locked = try_lock(mutex);
    if (is_locked) __tsan_acquire(mutex);
    return is_locked;
}

UNCHECKED SWIFT void plumbline_unlock(SELF void *mutex) {
    __tsan_release(mutex);
    unlock(mutex);
}

#endif
