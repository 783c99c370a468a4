#pragma once
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <pthread.h>
#include <sys/eventfd.h>

// eventfd and pthread_setname_np are not imported by Swift's Glibc module.
static inline int shim_eventfd(void) { return eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC); }
static inline void shim_setname(const char *name) { pthread_setname_np(pthread_self(), name); }
